// Somebody types while their session ends, and a supervisor looks who saw what. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const { chromium } = require("playwright-core");
const desk = process.env.DESK ?? "target/debug/arrivals-desk";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

const data = mkdtempSync(join(tmpdir(), "desk-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv"), config = join(data, "desk.toml");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
// The shortest session there is.
writeFileSync(config, `data = "${data}"\nlisten = "127.0.0.1:0"\nsession_idle_minutes = 1\n`);
const run = (args, input) => {
  const done = spawnSync(desk, [...args, "--config", config], { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "ana", "--role", "desk"], "correct horse\n");
run(["user", "add", "sue", "--role", "supervisor"], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A"]);
run(["import", csv]);
const server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
const event = {
  kind: "checked-in", ticket: { number: "A1", date: today }, patient: "p", appointments: ["apt-0001"], language: "en", call_as: "number", details: "changed", insurance: "yes",
  proposals: [{ field: "phone", old: "555-267-1659", new: "555-629-4821", source: "typed" }],
};
const answer = await fetch(base + "/api/kiosk/events", {
  method: "POST", headers: { authorization: "Bearer " + token },
  body: JSON.stringify({ kiosk: "lobby", last: 1, events: [{ seq: 1, at: new Date().toISOString(), event }] }),
});
assert.equal(answer.status, 200, await answer.text());

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
async function signIn(page, name) {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
}
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
  await page.goto(base + "/");
  await signIn(page, "ana");
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Audit" }).count(), 0);
  await page.goto(base + "/changes?appointment=apt-0001");
  await page.locator("details", { has: page.locator("form[action='/changes/edit']") }).first().evaluate((details) => { details.open = true; });
  await page.locator("form[action='/changes/edit'] input[name=value]").fill("555-0177");
  await page.waitForURL("**/sign-in?ended", { timeout: 120000 });
  assert.equal(await page.getByText("Dietrich").count(), 0);
  await signIn(page, "ana");
  await page.waitForURL("**/kept");
  await page.getByText("555-0177").waitFor();
  await page.screenshot({ path: join(out, "kept-1280.png") });
  await page.keyboard.press("Enter");
  await page.getByText(/Accepted as/).waitFor();
  held("what was being typed when the session ended is offered again, and sent with Enter");

  const other = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await other.goto(base + "/");
  await signIn(other, "sue");
  await other.getByRole("link", { name: "Audit" }).click();
  await other.getByLabel("Person").fill("dietrich");
  await other.keyboard.press("Enter");
  await other.getByText("accepted a change otherwise").waitFor();
  assert.ok(!other.url().includes("dietrich"), "no name in an address");
  assert.equal(await other.getByText("Bailey").count(), 0);
  for (const width of [1280, 360]) {
    await other.setViewportSize({ width, height: 800 });
    await other.screenshot({ path: join(out, `audit-${width}.png`) });
    assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `sideways scroll at ${width}`);
  }
  held("a supervisor finds by name who saw and changed what");
  assert.deepEqual(faults, []);
  assert.match(run(["audit", "verify"]), /each as it was written/);
  held("every row is as it was written");
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
