// A supervisor looks at what is kept of a patient, hands it out, and takes it out. See README.md beside this file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { day, dayList, fits, held, look, startBrowser, startDesk, today } from "./harness.mjs";

// Of one patient everything is over; of another there is a visit today.
const list = dayList().split("\n").map((line) => line.startsWith("apt-0002") ? line : line.replace(today + "T", day(-1) + "T")).join("\n");
const desk = await startDesk({ users: { ana: "desk", sue: "supervisor" }, kiosks: {}, list });
const { base } = desk;
const { signIn, play } = await startBrowser(desk);
const WHY = "The patient in person, passport seen";
await play(async () => {
  const ana = await signIn("ana");
  assert.equal(await ana.getByRole("link", { name: "Patient data" }).count(), 0);
  assert.equal((await ana.goto(base + "/patient-data")).status(), 403);
  held("the desk's role sees neither link nor page");

  const page = await signIn("sue");
  await page.getByRole("link", { name: "Patient data" }).click();
  await look(page, "search");
  await page.getByLabel("Name, date of birth or MRN").fill("a");
  await page.keyboard.press("Enter");
  await page.getByText("More patients match").waitFor();
  await look(page, "many");
  await page.getByLabel("Name, date of birth or MRN").fill("dietrich 6/2/1962");
  await page.keyboard.press("Enter");
  const found = page.getByRole("button", { name: /Dietrich/ });
  await found.waitFor();
  assert.equal(await found.count(), 1);
  await look(page, "found");
  await found.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Export" }).waitFor();
  assert.ok(!/dietrich|2b729/i.test(page.url()), "neither name nor number in an address");
  await look(page, "kept");
  held("found with the keyboard, counted by kind");

  const why = page.getByLabel("Requester and how verified");
  await why.fill("Alfonso asked by letter");
  await page.keyboard.press("Enter");
  await page.getByText("Leave out the patient's name").waitFor();
  await look(page, "reason");
  await why.fill(WHY);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download file" }).click()]);
  assert.equal(download.suggestedFilename(), "patient-data.json");
  const all = JSON.parse(readFileSync(await download.path(), "utf8"));
  assert.equal(all.appointments[0].person.family_name, "Dietrich");
  held("handed out as a file, with who asked and without the name in it");

  await page.getByRole("button", { name: "Delete all data" }).click();
  await page.getByText("This can't be undone.").waitFor();
  await look(page, "question");
  await why.fill(WHY);
  await page.getByLabel(/To confirm, type the patient's number/).fill("1234");
  await page.getByRole("button", { name: "Permanently delete" }).click();
  await page.getByText("That isn't this patient's number").waitFor();
  assert.equal(await why.inputValue(), WHY, "what was typed is still there");
  await look(page, "number");
  await page.getByLabel(/To confirm, type the patient's number/).fill(all.patient);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Data deleted" }).waitFor();
  await look(page, "done");
  assert.ok(!readFileSync(join(desk.file("data"), "desk.sqlite")).toString("latin1").includes(all.appointments[0].coverage.member_id), "not in the raw file");
  held("taken out after the number was typed, and not in the file any more");

  await page.goto(base + "/patient-data");
  const name = "Bailey 1/17/1952";
  await page.getByLabel("Name, date of birth or MRN").fill(name);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /Devin Bailey/ }).click();
  await page.getByRole("heading", { name: "Export" }).waitFor();
  await look(page, "today");
  held("what is in the way is said, with what to do");
  // 400 %: a window of 1280 pixels shows 320 of the page's.
  await page.setViewportSize({ width: 320, height: 256 });
  await fits(page, "at 400 %");
  held("at 400 % nothing lies beside the window");

  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(base + "/audit");
  await page.getByText("permanently deleted everything about a patient").waitFor();
  await page.getByText(WHY).first().waitFor();
  held("the audit has who asked");
});
