// The settings' pages in Chromium. See README.md beside this file.
import { readFileSync, writeFileSync } from "node:fs";
import assert from "node:assert/strict";
import { audit, fits, held, picture, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ users: { abe: "admin" }, kiosks: {}, list: null });
const { base, file, run } = desk;
run(["settings", "import", "deploy/desk.example.toml"]);
const { signIn, play } = await startBrowser(desk);
async function sound(page, what) {
  await audit(page, what);
  await fits(page, what);
}
await play(async () => {
  const page = await signIn("abe", { acceptDownloads: true });
  // The first key turns the sound on, and the button for it goes away.
  await page.keyboard.press("Shift");
  await page.getByRole("button", { name: "Turn sound on" }).waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("heading", { name: "The clinic's settings" }).waitFor();
  await page.screenshot({ path: picture("settings-1280"), fullPage: true });
  await sound(page, "the overview");

  await page.getByRole("link", { name: "Check-in", exact: true }).click();
  const closes = page.getByLabel("Check-in closes (minutes after start)");
  await closes.fill("soon");
  await page.getByRole("checkbox", { name: "Email" }).uncheck();
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Write a whole number.").first().waitFor();
  assert.equal(await closes.inputValue(), "soon");
  assert.equal(await page.getByRole("checkbox", { name: "Email" }).isChecked(), false);
  await page.screenshot({ path: picture("settings-wrong-1280"), fullPage: true });
  await sound(page, "a form with a mistake");
  held("what does not fit is said beside its field, and what was typed stays");
  await closes.fill("20");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing has changed for anyone yet").waitFor();
  await page.screenshot({ path: picture("settings-part-1280"), fullPage: true });

  await page.getByRole("link", { name: "All settings" }).click();
  await page.getByRole("link", { name: "Queues", exact: true }).click();
  await page.getByRole("button", { name: "Down Blood and vaccination" }).click();
  await page.getByRole("link", { name: "Add a queue" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Eyes");
  await page.getByLabel("Services that wait here").fill("Ophthalmology\nOptician");
  await page.screenshot({ path: picture("settings-queue-1280"), fullPage: true });
  await sound(page, "a new queue");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("link", { name: "Eyes" }).waitFor();
  await page.screenshot({ path: picture("settings-queues-1280"), fullPage: true });
  await sound(page, "the queues");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run"]), /^nothing was changed; without --dry-run 0 would be$/);
  await page.getByRole("link", { name: "Review and publish" }).click();
  await page.getByText("This changes all kiosks and pages right away.").waitFor();
  await page.screenshot({ path: picture("settings-review-1280"), fullPage: true });
  await sound(page, "the review");
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByText("current", { exact: true }).waitFor();
  await page.screenshot({ path: picture("settings-history-1280"), fullPage: true });
  await sound(page, "the versions");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run"]), /minutes after its beginning: 20 -> 15/);
  held("a draft over two parts counts once it was shown and put in force");

  await page.getByRole("link", { name: "All settings" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export settings" }).click();
  const chosen = file("clinic.toml");
  await (await download).saveAs(chosen);
  writeFileSync(chosen, readFileSync(chosen, "utf8").replace("Mill Street Clinic", "Hill Road Clinic"));
  await page.getByLabel("Choose a file").setInputFiles(chosen);
  await page.waitForFunction(() => document.getElementById("text").value.includes("Hill Road"));
  await page.getByRole("button", { name: "Preview" }).click();
  await page.getByRole("cell", { name: "Hill Road Clinic" }).waitFor();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.goto(base + "/");
  await page.getByRole("heading", { name: "Hill Road Clinic" }).waitFor();
  held("a file goes out, comes back and is looked at before it counts");

  // A board is added and taken away with the keyboard, and a clinician's week is written into its form.
  await page.goto(base + "/settings/part?part=boards&item=new");
  await page.getByLabel("Name", { exact: true }).fill("Main lobby");
  await page.getByLabel("First", { exact: true }).selectOption("ar");
  await page.getByLabel("Then, as number 2").selectOption("ar");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Save draft" }).press("Enter");
  await page.getByRole("alert").getByText("Two have the address").waitFor();
  await page.getByRole("alert").getByRole("link", { name: "Name" }).press("Enter");
  await page.getByLabel("Name", { exact: true }).fill("Upstairs");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("one language or more, each once").waitFor();
  await page.screenshot({ path: picture("settings-board-1280"), fullPage: true });
  await sound(page, "a board with a mistake");
  await page.getByLabel("Then, as number 2").selectOption("en");
  await page.getByLabel("Then, as number 3").selectOption("");
  await page.getByRole("button", { name: "Save draft" }).press("Enter");
  await page.getByText("Nothing has changed for anyone yet").waitFor();
  await page.getByRole("rowheader", { name: "Upstairs" }).getByRole("link").press("Enter");
  await page.getByRole("button", { name: "Remove Upstairs" }).press("Enter");
  await page.getByRole("heading", { name: /^Boards 1$/ }).waitFor();
  assert.equal(await page.getByRole("rowheader", { name: "Upstairs" }).count(), 0);

  await page.goto(base + "/settings/part?part=hours");
  await page.getByRole("link", { name: "Add hours for Dr. June Kassulke" }).press("Enter");
  for (const day of ["Tuesday", "Thursday", "Friday"]) await page.getByRole("checkbox", { name: day }).uncheck();
  await page.getByLabel("From", { exact: true }).fill("11:00");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("alert").getByText("overlap others").waitFor();
  await sound(page, "hours that overlap");
  await page.getByLabel("From", { exact: true }).fill("13:00");
  await page.getByLabel("Add another").fill("Heart failure");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing has changed for anyone yet").waitFor();
  const week = page.getByRole("row", { name: /Dr. June Kassulke/ });
  assert.deepEqual((await week.getByRole("listitem").allInnerTexts()).filter((line) => line.startsWith("gap")), ["gap 12:00 PM – 1:00 PM", "gap 12:00 PM – 1:00 PM"]);
  await page.screenshot({ path: picture("settings-hours-1280"), fullPage: true });
  await sound(page, "clinicians' hours");

  await page.goto(base + "/settings/part?part=opening");
  const dates = page.getByRole("group", { name: "Closed days" });
  const before = await dates.locator("input").count();
  await dates.getByRole("button", { name: "Add date" }).press("Enter");
  assert.equal(await dates.locator("input").count(), before + 1);
  assert.equal(await page.evaluate(() => document.activeElement.id), "f-schedule-closed-6");
  await page.getByLabel("Date 6").fill("2026-12-24");
  await page.getByLabel("Date 1", { exact: true }).fill("");
  await page.getByLabel("Saturday from").fill("09:00");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByRole("alert").getByText("Saturday has one time alone.").waitFor();
  await page.screenshot({ path: picture("settings-opening-1280"), fullPage: true });
  await sound(page, "opening hours with a mistake");
  await page.getByLabel("Saturday to").fill("12:00");
  await page.getByRole("button", { name: "Save draft" }).click();
  await page.getByText("Nothing has changed for anyone yet").waitFor();
  await page.goto(base + "/settings/review");
  for (const said of ["Dec 25, 2026", "Dec 24, 2026", "Heart failure", "Saturday 9:00 AM – 12:00 PM"]) await page.getByText(said, { exact: false }).first().waitFor();
  await page.screenshot({ path: picture("settings-review-hours-1280"), fullPage: true });
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByText("current", { exact: true }).waitFor();
  run(["settings", "export", "--out", file("hours.toml")]);
  assert.match(readFileSync(file("hours.toml"), "utf8"), /Heart failure/);
  held("boards, a clinician's week, opening hours and closed days are forms, and count once they are put in force");

  const phone = await signIn("abe", { viewport: { width: 360, height: 720 }, javaScriptEnabled: false });
  for (const [name, path] of [["overview", "/settings"], ["part", "/settings/part?part=insurance"], ["queue", "/settings/part?part=queues&item=0"],
    ["board", "/settings/part?part=boards&item=0"], ["hours", "/settings/part?part=hours"], ["opening", "/settings/part?part=opening"]]) {
    await phone.goto(base + path);
    await phone.screenshot({ path: picture(`settings-${name}-360`), fullPage: true });
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, path + " is " + wide + " pixels too wide");
  }
  // A closed day into an empty line, without a script; there is another empty line after it.
  await phone.goto(base + "/settings/part?part=opening");
  assert.equal(await phone.getByRole("button", { name: "Add date" }).count(), 0);
  await phone.getByLabel("Date 5").fill("2026-12-31");
  await phone.getByRole("button", { name: "Save draft" }).click();
  await phone.getByText("Nothing has changed for anyone yet").waitFor();
  assert.deepEqual(await phone.getByRole("group", { name: "Closed days" }).locator("input").evaluateAll((all) => all.map((one) => one.value)), ["2026-12-24", "2026-12-31", "2027-01-01", "", "", ""]);
  await phone.goto(base + "/settings/part?part=clinic");
  await phone.getByLabel("Paper size of letters").selectOption("a4");
  await phone.getByRole("button", { name: "Save draft" }).click();
  await phone.getByRole("link", { name: "Review and publish" }).click();
  await phone.getByRole("button", { name: "Publish" }).click();
  await phone.getByRole("link", { name: "Version 1", exact: true }).click();
  await phone.screenshot({ path: picture("settings-version-360"), fullPage: true });
  held("everything works without a script at 360 pixels");

  // 1280 pixels at 400 % are 320.
  const zoomed = await signIn("abe", { viewport: { width: 320, height: 256 } });
  for (const path of ["/settings", "/settings/part?part=queues", "/settings/part?part=check-in", "/settings/part?part=hours", "/settings/part?part=opening", "/settings/part?part=boards&item=0", "/settings/history"]) {
    await zoomed.goto(base + path);
    await sound(zoomed, path + " at 400 %");
  }
  held("nothing is lost at 400 %");
});
