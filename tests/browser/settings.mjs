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
  const closes = page.getByLabel("Closes so many minutes after its beginning");
  await closes.fill("soon");
  await page.getByRole("checkbox", { name: "E-mail" }).uncheck();
  await page.getByRole("button", { name: "Keep in the draft" }).click();
  await page.getByText("Write a whole number.").first().waitFor();
  assert.equal(await closes.inputValue(), "soon");
  assert.equal(await page.getByRole("checkbox", { name: "E-mail" }).isChecked(), false);
  await page.screenshot({ path: picture("settings-wrong-1280"), fullPage: true });
  await sound(page, "a form with a mistake");
  held("what does not fit is said beside its field, and what was typed stays");
  await closes.fill("20");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing has changed for anybody yet").waitFor();
  await page.screenshot({ path: picture("settings-part-1280"), fullPage: true });

  await page.getByRole("link", { name: "All settings" }).click();
  await page.getByRole("link", { name: "Queues", exact: true }).click();
  await page.getByRole("button", { name: "Down Blood and vaccination" }).click();
  await page.getByRole("link", { name: "Add a queue" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Eyes");
  await page.getByLabel("Services that wait here").fill("Ophthalmology\nOptician");
  await page.screenshot({ path: picture("settings-queue-1280"), fullPage: true });
  await sound(page, "a new queue");
  await page.getByRole("button", { name: "Keep in the draft" }).click();
  await page.getByRole("link", { name: "Eyes" }).waitFor();
  await page.screenshot({ path: picture("settings-queues-1280"), fullPage: true });
  await sound(page, "the queues");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run"]), /^nothing was changed; without --dry-run 0 would be$/);
  await page.getByRole("link", { name: "Look at them and put them in force" }).click();
  await page.getByText("This changes for all kiosks and pages at once.").waitFor();
  await page.screenshot({ path: picture("settings-review-1280"), fullPage: true });
  await sound(page, "the review");
  await page.getByRole("button", { name: "Put in force now" }).click();
  await page.getByText("in force", { exact: true }).waitFor();
  await page.screenshot({ path: picture("settings-history-1280"), fullPage: true });
  await sound(page, "the versions");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run"]), /minutes after its beginning: 20 -> 15/);
  held("a draft over two parts counts once it was shown and put in force");

  await page.getByRole("link", { name: "All settings" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the settings as a file" }).click();
  const chosen = file("clinic.toml");
  await (await download).saveAs(chosen);
  writeFileSync(chosen, readFileSync(chosen, "utf8").replace("Mill Street Clinic", "Hill Road Clinic"));
  await page.getByLabel("Choose a file").setInputFiles(chosen);
  await page.waitForFunction(() => document.getElementById("text").value.includes("Hill Road"));
  await page.getByRole("button", { name: "Look at what it would change" }).click();
  await page.getByRole("cell", { name: "Hill Road Clinic" }).waitFor();
  await page.getByRole("button", { name: "Put in force now" }).click();
  await page.goto(base + "/");
  await page.getByRole("heading", { name: "Hill Road Clinic" }).waitFor();
  held("a file goes out, comes back and is looked at before it counts");

  const phone = await signIn("abe", { viewport: { width: 360, height: 720 }, javaScriptEnabled: false });
  for (const [name, path] of [["overview", "/settings"], ["part", "/settings/part?part=insurance"], ["queue", "/settings/part?part=queues&item=0"], ["other", "/settings/part?part=other"]]) {
    await phone.goto(base + path);
    await phone.screenshot({ path: picture(`settings-${name}-360`), fullPage: true });
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, path + " is " + wide + " pixels too wide");
  }
  await phone.goto(base + "/settings/part?part=clinic");
  await phone.getByLabel("Paper of letters").selectOption("a4");
  await phone.getByRole("button", { name: "Keep in the draft" }).click();
  await phone.getByRole("link", { name: "Look at them and put them in force" }).click();
  await phone.getByRole("button", { name: "Put in force now" }).click();
  await phone.getByRole("link", { name: "Version 1", exact: true }).click();
  await phone.screenshot({ path: picture("settings-version-360"), fullPage: true });
  held("everything works without a script at 360 pixels");

  // 1280 pixels at 400 % are 320.
  const zoomed = await signIn("abe", { viewport: { width: 320, height: 256 } });
  for (const path of ["/settings", "/settings/part?part=queues", "/settings/part?part=check-in", "/settings/history"]) {
    await zoomed.goto(base + path);
    await sound(zoomed, path + " at 400 %");
  }
  held("nothing is lost at 400 %");
});
