// The list while others work: what somebody does in it is not disturbed, and little is sent. See README.md beside this file.
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

const data = mkdtempSync(join(tmpdir(), "cost-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
const run = (args, input) => {
  const done = spawnSync(desk, args, { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "ana", "--role", "desk", "--data", data], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A", "--place", "Main lobby", "--data", data]);
run(["import", csv, "--data", data]);
let server = null, base = "http://127.0.0.1:0";
async function serve() {
  server = spawn(desk, ["serve", "--data", data, "--listen", base.slice(7)], { stdio: ["ignore", "pipe", "inherit"] });
  base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
}
await serve();
let seq = 0;
async function arrives(id) {
  seq += 1;
  const event = { kind: "checked-in", ticket: { number: "A" + seq, date: today }, patient: "p", appointments: [id], language: "en", call_as: "number", details: "yes", insurance: "yes" };
  const answer = await fetch(base + "/api/kiosk/events", {
    method: "POST", headers: { authorization: "Bearer " + token },
    body: JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: new Date().toISOString(), event }] }),
  });
  assert.equal((await answer.json()).held, seq);
}
const id = (n) => "apt-" + String(n).padStart(4, "0");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  const lists = [];
  page.on("response", async (response) => {
    if (response.url().startsWith(base + "/list")) lists.push((await response.body().catch(() => "")).length);
  });
  await page.goto(base + "/");
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByText("Live", { exact: true }).waitFor();
  for (let n = 1; n <= 20; n += 1) await arrives(id(n));
  await page.locator("#row-" + id(20)).getByText("A20").waitFor();

  const whole = (await page.request.get(base + "/list").then((answer) => answer.body())).length;
  lists.length = 0;
  await arrives(id(21));
  await page.locator("#row-" + id(21)).getByText("A21").waitFor();
  assert.ok(lists.length && Math.max(...lists) * 4 < whole, `an arrival sends ${lists} bytes of ${whole}`);
  held(`an arrival sends ${Math.max(...lists)} bytes, the whole list has ${whole}`);

  // Half way down the list, with a choice half made and the focus in a field, while rows above come and go.
  const mine = "apt-0018";
  await page.locator("#more-" + mine + " summary").click();
  await page.locator("#queue-" + mine).selectOption({ index: 1 });
  const chosen = await page.locator("#queue-" + mine).inputValue();
  await page.locator("#keep-" + mine).uncheck();
  await page.locator("#row-" + mine).scrollIntoViewIfNeeded();
  await page.evaluate(() => window.scrollBy(0, 300));
  await page.locator("#queue-" + mine).focus();
  const state = () => page.evaluate((mine) => ({
    top: Math.round(document.getElementById("row-" + mine).getBoundingClientRect().top),
    focus: document.activeElement.id,
    same: document.activeElement.dataset.mark ?? "",
    chosen: document.getElementById("queue-" + mine).value,
    keeps: document.getElementById("keep-" + mine).checked,
    open: document.getElementById("more-" + mine).open,
  }), mine);
  await page.evaluate(() => { document.activeElement.dataset.mark = "1"; window.blurred = 0; document.activeElement.addEventListener("blur", () => { window.blurred += 1; }); });
  const before = await state();
  assert.ok(await page.evaluate(() => window.scrollY) > 200);
  for (let n = 22; n <= 27; n += 1) {
    await arrives(id(n));
    await page.locator("#row-" + id(n)).getByText("A" + n, { exact: true }).waitFor();
  }
  // Somebody at another place calls, so that a row above goes elsewhere.
  const other = await context.newPage();
  await other.goto(base + "/");
  await other.locator("#row-apt-0002").getByRole("button", { name: /^Call:/ }).click();
  await page.locator("#called #row-apt-0002").waitFor({ state: "attached" });
  await other.close();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const after = await state();
  assert.ok(Math.abs(after.top - before.top) <= 1, `the row stays where it is on the screen: ${before.top}, ${after.top}`);
  assert.deepEqual({ ...after, top: 0 }, { ...before, same: after.same, top: 0 });
  assert.equal(await page.evaluate(() => window.blurred), 0, "the field in which somebody works is never left");
  held("focus, place, what is folded open and what is chosen stay while others come and go");
  assert.equal(chosen, after.chosen);

  // A row that was narrowed away and comes back is whole again.
  await page.locator("#narrow-box summary").click();
  await page.locator("#narrow-state").selectOption("called");
  await page.waitForFunction(() => document.querySelectorAll("#list .row").length === 1);
  await page.locator("#narrow-state").selectOption("");
  await page.waitForFunction(() => document.querySelectorAll("#list .row").length > 200);
  const twice = () => page.evaluate(() => {
    const ids = [...document.querySelectorAll("#list [id]")].map((one) => one.id);
    return { twice: ids.length - new Set(ids).size, kept: document.querySelectorAll("#list [data-kept]").length, empty: [...document.querySelectorAll("#list li[id^=row]")].filter((row) => !row.children.length).length };
  });
  assert.deepEqual(await twice(), { twice: 0, kept: 0, empty: 0 });
  held("the list is narrowed and whole again");

  // What a browser puts together from pieces is what the desk says as a whole.
  const plain = (text) => page.evaluate((text) => {
    const box = document.createElement("div");
    box.innerHTML = text ?? document.getElementById("list").innerHTML;
    for (const one of box.querySelectorAll("*")) for (const name of ["hidden", "data-mark", "open", "data-now", "data-drawn"]) one.removeAttribute(name);
    return box.innerHTML.replace(/>(just now|\d+ (h|min)[^<]*)</g, "><");
  }, text);
  const said = await plain(await page.request.get(base + "/list").then((answer) => answer.text()));
  assert.ok(await plain(null) === said, "piece by piece the same as at once");
  held("piece by piece the list is the same as at once");

  server.kill("SIGKILL");
  await page.locator("#link.lost").waitFor();
  await serve();
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 20000 });
  await arrives(id(30));
  await page.locator("#row-" + id(30)).getByText("A28").waitFor();
  assert.deepEqual(await twice(), { twice: 0, kept: 0, empty: 0 });
  held("after the desk was started again the list goes on");
  await page.screenshot({ path: join(out, "cost-1280.png") });

  await page.addScriptTag({ content: axe });
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => v.id));
  assert.deepEqual(found, []);
  assert.deepEqual(faults, []);
  held("axe-core finds nothing, and nothing went wrong in the page");
} finally {
  await browser.close();
  server.kill();
}
