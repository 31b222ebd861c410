// The settings' pages in Chromium. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const desk = process.env.DESK ?? "target/debug/arrivals-desk";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

const data = mkdtempSync(join(tmpdir(), "desk-"));
const run = (args, input) => {
  const done = spawnSync(desk, args, { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "abe", "--role", "admin", "--data", data], "correct horse\n");
run(["settings", "import", "deploy/desk.example.toml", "--data", data]);
const server = spawn(desk, ["serve", "--data", data, "--listen", "127.0.0.1:" + (process.env.PORT ?? 0)], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
// Nothing that axe-core knows is wrong, and nothing is wider than the window.
async function sound(page, what) {
  // Evaluated by the debugger, which the page's policy does not hold back.
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  assert.deepEqual(found.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")), [], what);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, what + " is " + wide + " pixels too wide");
}
async function signIn(context) {
  const page = await context.newPage();
  page.on("request", (request) => { if (!request.url().startsWith(base)) faults.push(request.url()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
  await page.goto(base + "/sign-in");
  await page.getByLabel("Name").fill("abe");
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Settings", exact: true }).waitFor();
  return page;
}
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true });
  const page = await signIn(context);
  await page.getByText("Live", { exact: true }).waitFor();
  // The first key turns the sound on, and the button for it goes away.
  await page.keyboard.press("Shift");
  await page.getByRole("button", { name: "Turn sound on" }).waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await page.getByRole("heading", { name: "The clinic's settings" }).waitFor();
  await page.screenshot({ path: join(out, "settings-1280.png"), fullPage: true });
  await sound(page, "the overview");

  await page.getByRole("link", { name: "Check-in", exact: true }).click();
  const closes = page.getByLabel("Closes so many minutes after its beginning");
  await closes.fill("soon");
  await page.getByRole("checkbox", { name: "E-mail" }).uncheck();
  await page.getByRole("button", { name: "Keep in the draft" }).click();
  await page.getByText("Write a whole number.").first().waitFor();
  assert.equal(await closes.inputValue(), "soon");
  assert.equal(await page.getByRole("checkbox", { name: "E-mail" }).isChecked(), false);
  await page.screenshot({ path: join(out, "settings-wrong-1280.png"), fullPage: true });
  await sound(page, "a form with a mistake");
  held("what does not fit is said beside its field, and what was typed stays");
  await closes.fill("20");
  await page.keyboard.press("Enter");
  await page.getByText("Nothing has changed for anybody yet").waitFor();
  await page.screenshot({ path: join(out, "settings-part-1280.png"), fullPage: true });

  await page.getByRole("link", { name: "All settings" }).click();
  await page.getByRole("link", { name: "Queues", exact: true }).click();
  await page.getByRole("button", { name: "Down Blood and vaccination" }).click();
  await page.getByRole("link", { name: "Add a queue" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Eyes");
  await page.getByLabel("Services that wait here").fill("Ophthalmology\nOptician");
  await page.screenshot({ path: join(out, "settings-queue-1280.png"), fullPage: true });
  await sound(page, "a new queue");
  await page.getByRole("button", { name: "Keep in the draft" }).click();
  await page.getByRole("link", { name: "Eyes" }).waitFor();
  await page.screenshot({ path: join(out, "settings-queues-1280.png"), fullPage: true });
  await sound(page, "the queues");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run", "--data", data]), /^nothing was changed; without --dry-run 0 would be$/);
  await page.getByRole("link", { name: "Look at them and put them in force" }).click();
  await page.getByText("This changes for all kiosks and pages at once.").waitFor();
  await page.screenshot({ path: join(out, "settings-review-1280.png"), fullPage: true });
  await sound(page, "the review");
  await page.getByRole("button", { name: "Put in force now" }).click();
  await page.getByText("in force", { exact: true }).waitFor();
  await page.screenshot({ path: join(out, "settings-history-1280.png"), fullPage: true });
  await sound(page, "the versions");
  assert.match(run(["settings", "import", "deploy/desk.example.toml", "--dry-run", "--data", data]), /minutes after its beginning: 20 -> 15/);
  held("a draft over two parts counts once it was shown and put in force");

  await page.getByRole("link", { name: "All settings" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save the settings as a file" }).click();
  const file = join(data, "clinic.toml");
  await (await download).saveAs(file);
  writeFileSync(file, readFileSync(file, "utf8").replace("Mill Street Clinic", "Hill Road Clinic"));
  await page.getByLabel("Choose a file").setInputFiles(file);
  await page.waitForFunction(() => document.getElementById("text").value.includes("Hill Road"));
  await page.getByRole("button", { name: "Look at what it would change" }).click();
  await page.getByRole("cell", { name: "Hill Road Clinic" }).waitFor();
  await page.getByRole("button", { name: "Put in force now" }).click();
  await page.goto(base + "/");
  await page.getByRole("heading", { name: "Hill Road Clinic" }).waitFor();
  held("a file goes out, comes back and is looked at before it counts");

  const plain = await browser.newContext({ viewport: { width: 360, height: 720 }, javaScriptEnabled: false });
  const phone = await signIn(plain);
  for (const [name, path] of [["overview", "/settings"], ["part", "/settings/part?part=insurance"], ["queue", "/settings/part?part=queues&item=0"], ["other", "/settings/part?part=other"]]) {
    await phone.goto(base + path);
    await phone.screenshot({ path: join(out, "settings-" + name + "-360.png"), fullPage: true });
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(wide <= 0, path + " is " + wide + " pixels too wide");
  }
  await phone.goto(base + "/settings/part?part=clinic");
  await phone.getByLabel("Paper of letters").selectOption("a4");
  await phone.getByRole("button", { name: "Keep in the draft" }).click();
  await phone.getByRole("link", { name: "Look at them and put them in force" }).click();
  await phone.getByRole("button", { name: "Put in force now" }).click();
  await phone.getByRole("link", { name: "Version 1", exact: true }).click();
  await phone.screenshot({ path: join(out, "settings-version-360.png"), fullPage: true });
  held("everything works without a script at 360 pixels");

  // 1280 pixels at 400 % are 320.
  const large = await browser.newContext({ viewport: { width: 320, height: 256 } });
  const zoomed = await signIn(large);
  for (const path of ["/settings", "/settings/part?part=queues", "/settings/part?part=check-in", "/settings/history"]) {
    await zoomed.goto(base + path);
    await sound(zoomed, path + " at 400 %");
  }
  held("nothing is lost at 400 %");
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
  server.kill();
  rmSync(data, { recursive: true, force: true });
}
