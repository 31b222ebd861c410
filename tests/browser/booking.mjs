// Appointments: a day and a week, somebody new booked on the telephone, two browsers for one time, moved, called off, taken back; a list looked at before it is
// taken; keyboard, a phone, print. See README.md beside this file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import assert from "node:assert/strict";
import { day, dayList, held, look, picture, startBrowser, startDesk, today } from "./harness.mjs";

// Hours on every day of the week, so that the story is the same on a Sunday.
const hours = (who, service) => `[[clinic.schedule.hours]]\npractitioner = "${who}"\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nfrom = "08:00"\nto = "17:00"\nplace = "Main building, 1st floor"\nservices = ["${service}"]\n`;
const desk = await startDesk({
  users: { ana: "desk", ben: "desk", sue: "supervisor" },
  toml: (_, file) => `[messages]\ncommand = ["sh", "-c", "cat >> ${file("sent.jsonl")}"]\n[clinic]\n[clinic.schedule]\nslot_minutes = 20\n${hours("Dr. June Kassulke", "Cardiology")}${hours("Dr. Elizabeth Mraz", "Family medicine")}${hours("Dr. Samuel Predovic", "Laboratory")}`,
});
const { base, file, run } = desk;
const { browser, signIn, play } = await startBrowser(desk);
await play(async () => {
  const ana = await signIn("ana");
  await ana.getByRole("link", { name: "Appointments" }).click();
  await ana.getByRole("heading", { name: /Dr. June Kassulke/ }).waitFor();
  await look(ana, "day");
  await ana.keyboard.press("ArrowRight");
  await ana.waitForURL(`**date=${day(1)}**`);
  await ana.keyboard.press("ArrowLeft");
  await ana.waitForURL(`**date=${today}**`);
  await ana.getByLabel("Provider").selectOption("Dr. June Kassulke");
  await ana.getByRole("button", { name: "Show" }).click();
  await ana.getByRole("link", { name: "Week", exact: true }).click();
  await ana.getByText("today", { exact: false }).first().waitFor();
  await look(ana, "week");
  await ana.emulateMedia({ media: "print" });
  await ana.screenshot({ path: picture("week-print"), fullPage: true });
  await ana.emulateMedia({ media: null });
  held("a day by clinician and a week by day, turned with the arrow keys");

  // The telephone rings: somebody new, with the keyboard alone.
  await ana.goto(base + "/appointments/book?date=" + day(2));
  await ana.keyboard.type("quill");
  await ana.keyboard.press("Enter");
  await ana.getByText("No patient matches").waitFor();
  await look(ana, "nobody");
  await ana.getByLabel("First name").fill("Zora");
  await ana.getByLabel("Last name").fill("Quill");
  await ana.getByLabel("Date of birth", { exact: true }).fill("1980-05-17");
  await ana.getByLabel("Phone").fill("555-0199");
  await ana.getByRole("button", { name: "Continue" }).click();
  await ana.getByLabel("Service").selectOption("Family medicine");
  await ana.getByRole("button", { name: "Show free times" }).click();
  await ana.locator(".times button").first().waitFor();
  await look(ana, "times");
  assert.ok(!ana.url().includes("uill"), "no name in an address");

  // Somebody else wants the same time for somebody else; one of the two gets it.
  const ben = await signIn("ben");
  await ben.goto(base + "/appointments/book?date=" + day(2));
  await ben.getByLabel("Name, date of birth").fill("dietrich");
  await ben.keyboard.press("Enter");
  await ben.getByRole("button", { name: /Book for/ }).first().waitFor();
  await look(ben, "found");
  await ben.getByRole("button", { name: /Book for/ }).first().click();
  await ben.getByLabel("Service").selectOption("Family medicine");
  await ben.getByLabel("Provider").selectOption("");
  await ben.getByRole("button", { name: "Show free times" }).click();
  const first = (page) => page.locator(".times button").first();
  assert.equal(await first(ana).innerText(), await first(ben).innerText());
  await Promise.all([first(ana).click(), first(ben).click()]);
  await Promise.all([ana, ben].map((page) => page.locator(".notice, .problem").first().waitFor()));
  const [won, lost] = (await ana.locator(".problem").count()) ? [ben, ana] : [ana, ben];
  await won.getByText("Booked.").waitFor();
  await lost.getByText("Nothing was booked").waitFor();
  await look(lost, "conflict");
  await first(lost).click();
  await lost.getByText("Booked.").waitFor();
  held("two browsers for one time: one gets it, the other reads why and books the next");

  // Another browser's calendar shows it by itself.
  await ben.goto(`${base}/appointments?date=${day(2)}`);
  await ben.getByText("Zora Quill").waitFor();
  await ben.keyboard.press("Tab");
  await ana.getByRole("link", { name: "Reschedule" }).click();
  await ana.getByRole("heading", { name: /Reschedule:/ }).waitFor();
  await look(ana, "move");
  await ana.getByLabel("From").fill(day(9));
  await ana.getByRole("button", { name: "Show free times" }).click();
  await ana.waitForURL("**/appointments/times");
  await first(ana).click();
  await ana.getByText("Rescheduled.").waitFor();
  await ben.getByText("Zora Quill").waitFor({ state: "detached", timeout: 10000 });
  await look(ana, "one");
  await ana.getByText("Cancel appointment", { exact: true }).first().click();
  await ana.getByLabel("Reason", { exact: true }).selectOption("Patient request");
  await ana.getByRole("button", { name: "Cancel appointment" }).click();
  await ana.getByText("Canceled.").waitFor();
  await ana.getByRole("button", { name: "Undo cancellation" }).click();
  await ana.getByText("Undone.").waitFor();
  await ana.getByRole("button", { name: "Undo reschedule" }).click();
  await ana.getByText("Undone.").waitFor();
  await ben.getByText("Zora Quill").waitFor({ timeout: 10000 });
  held("moved, called off and taken back, and another calendar shows it by itself");

  // Another time, in the evening, after the hours.
  const here = ana.url();
  await ana.getByRole("link", { name: "Reschedule" }).click();
  await ana.getByText("Another time", { exact: true }).click();
  await ana.getByLabel("Date", { exact: true }).fill(day(9));
  await ana.getByLabel("Time", { exact: true }).fill("18:30");
  await ana.getByLabel("With", { exact: true }).selectOption("Dr. Elizabeth Mraz");
  await ana.getByRole("button", { name: "Reschedule to this time" }).click();
  await ana.getByText("doesn't offer this at 6:30 PM").waitFor();
  await look(ana, "outside");
  await ana.getByRole("button", { name: /Outside hours: reschedule anyway/ }).click();
  await ana.getByText("rescheduled outside clinic hours by ana").waitFor();
  await ana.getByRole("button", { name: "Undo reschedule" }).click();
  await ana.getByText("Undone.").waitFor();
  await ana.goto(here);
  held("moved outside the hours on purpose, after the page has asked");

  await ana.getByRole("link", { name: "Patient message" }).click();
  await ana.getByRole("heading", { name: /Message for/ }).waitFor();
  await look(ana, "message");
  const text = await ana.getByLabel("Text", { exact: true }).inputValue();
  assert.ok(text.includes("Dr. Elizabeth Mraz") && !text.includes("Quill") && !text.includes("Family medicine"), text);
  await ana.getByRole("button", { name: "Send as SMS to 555-0199" }).click();
  await ana.getByText("Sending.").waitFor();
  for (let n = 0; n < 100 && !existsSync(file("sent.jsonl")); n += 1) await ana.waitForTimeout(100);
  const got = JSON.parse(readFileSync(file("sent.jsonl"), "utf8").trim());
  assert.deepEqual([got.kind, got.to, got.text], ["sms", "555-0199", text]);
  held("the text goes once to the clinic's own program");

  const sue = await signIn("sue");
  await sue.goto(base + "/appointments");
  await sue.getByRole("link", { name: "Import" }).click();
  await look(sue, "import");
  const changed = file("changed.csv");
  writeFileSync(changed, dayList().replace(`apt-0005,${today}T08:`, `apt-0005,${today}T18:`).replace("apt-0006,", "apt-new-6,").replace(/\r?\n(apt-0007,[^,]*),/, "\napt-0007,yesterday,"));
  await sue.getByLabel(/A list from the scheduling system/).setInputFiles(changed);
  await sue.getByRole("button", { name: "Preview" }).click();
  await sue.getByRole("heading", { name: "Preview" }).waitFor();
  await look(sue, "preview");
  await sue.getByRole("button", { name: /^(Import|Yes, import it)$/ }).click();
  await sue.getByText(/Imported 2, unchanged \d+, errors 1/).waitFor();
  held("a list is looked at before it is taken");

  assert.match(run(["audit", "verify"]), /none changed/);
  held("none changed");
});
