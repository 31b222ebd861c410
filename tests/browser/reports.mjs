// A kiosk's morning is called in, and a supervisor looks how it went. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv"), config = join(data, "desk.toml");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
writeFileSync(config, `data = "${data}"\nlisten = "127.0.0.1:0"\n`);
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
const visits = Array.from({ length: 12 }, (_, n) => `apt-${String(n + 1).padStart(4, "0")}`);
const ticket = (n) => ({ number: `A${n + 1}`, date: today });
const events = visits.flatMap((visit, n) => [
  { kind: "checked-in", ticket: ticket(n), patient: "p", appointments: [visit], language: n < 9 ? "en" : "es", call_as: "number", details: "yes", insurance: n % 4 ? "yes" : "ask-the-desk" },
  { kind: "ticket-printed", ticket: ticket(n), outcome: n % 5 ? "printed" : { failed: "no-paper" }, appointments: [visit] },
]).concat([{ kind: "walked-away", step: "insurance" }, { kind: "walked-away", step: "birth-date" }]);
const answer = await fetch(base + "/api/kiosk/events", {
  method: "POST", headers: { authorization: "Bearer " + token },
  body: JSON.stringify({ kiosk: "lobby", last: events.length, events: events.map((event, n) => ({ seq: n + 1, at: new Date().toISOString(), event })) }),
});
assert.equal(answer.status, 200, await answer.text());

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
async function signedIn(name, options = {}) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  await page.goto(base + "/");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.waitForURL(base + "/");
  return page;
}
try {
  const ana = await signedIn("ana");
  assert.equal(await ana.getByRole("link", { name: "Reports" }).count(), 0);
  for (let n = 0; n < 6; n++) {
    await ana.getByRole("button", { name: /^Call next/ }).first().click();
    await ana.locator(".state.called").nth(n).waitFor();
  }
  const sue = await signedIn("sue");
  await sue.getByRole("link", { name: "Reports" }).click();
  const arrivals = sue.getByRole("region", { name: "Arrivals by hour", exact: true });
  await arrivals.getByRole("img", { name: /^Arrivals by hour/ }).waitFor();
  await arrivals.getByText("As a table").click();
  assert.match(await arrivals.getByRole("table").innerText(), /(^|\s)12(\s|$)/m);
  assert.match(await sue.getByRole("region", { name: "Where people walked away" }).innerText(), /Insurance/);
  assert.match(await sue.getByRole("region", { name: "Languages at check-in", exact: true }).textContent(), /Spanishfewer than 5/);
  assert.equal(await sue.getByText("Dietrich").count(), 0);
  held("twelve came, two walked away, and nobody is named");

  await sue.getByLabel("Queue", { exact: true }).focus();
  await sue.keyboard.type("Phys");
  await sue.keyboard.press("Tab");
  await sue.keyboard.press("Tab");
  await sue.keyboard.press("Enter");
  await sue.waitForURL(/queue=Physiotherapy/);
  await sue.getByText("so this is of the whole clinic").waitFor();
  held("a queue is chosen with the keyboard alone");

  const download = sue.waitForEvent("download");
  await sue.getByRole("link", { name: "CSV of Waits by queue", exact: true }).click();
  const file = await download;
  assert.equal(file.suggestedFilename().startsWith("waits-by-queue-"), true);
  assert.match(readFileSync(await file.path(), "utf8"), /^queue,visits,median_minutes,percentile_90_minutes\nPhysiotherapy,/);
  held("a figure is taken along as CSV");

  const looker = await signedIn("sue", { bypassCSP: true });
  for (const [name, width] of [["1280", 1280], ["360", 360], ["400-percent", 320]]) {
    await looker.setViewportSize({ width, height: 800 });
    await looker.goto(base + "/reports");
    await looker.screenshot({ path: join(out, `reports-${name}.png`), fullPage: true });
    await looker.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    assert.ok(await looker.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `sideways scroll at ${width}`);
    await looker.evaluate(axe);
    const found = await looker.evaluate(() => axe.run());
    assert.deepEqual(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`), []);
  }
  await looker.pdf({ path: join(out, "reports.pdf"), format: "A4" });
  held("nothing is wrong for axe, on a phone, or at 400 %");
  const scriptless = await signedIn("sue", { javaScriptEnabled: false });
  await scriptless.goto(base + "/reports");
  assert.ok(await scriptless.getByRole("img", { name: /^Arrivals by hour/ }).isVisible());
  held("it works without a script");
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
