// A board on which not everything fits: which page is shown when, and that nothing is cut off. See README.md beside this file.
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

const data = mkdtempSync(join(tmpdir(), "turns-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
const run = (args, input) => {
  const done = spawnSync(desk, args, { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
const config = join(data, "desk.toml");
const points = Array.from({ length: 20 }, (_, n) => `[[clinic.points]]\nname = "Room ${n + 1}"\n`).join("");
writeFileSync(config, `data = ${JSON.stringify(data)}\nlisten = "127.0.0.1:0"\n[clinic]\nname = "Mill Street Clinic"\n${points}[[clinic.boards]]\nname = "Lobby"\nlanguages = ["en", "es"]\n`);
run(["user", "add", "ana", "--role", "desk", "--data", data], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A", "--data", data]);
run(["import", csv, "--data", data]);
const server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));

let seq = 0;
const id = (n) => "apt-" + String(n).padStart(4, "0");
async function arrives(n) {
  seq += 1;
  const event = { kind: "checked-in", ticket: { number: "A" + n, date: today }, patient: "p", appointments: [id(n)], language: "en", call_as: n % 5 ? "number" : "first-name", details: "yes", insurance: "yes" };
  const answer = await fetch(base + "/api/kiosk/events", {
    method: "POST", headers: { authorization: "Bearer " + token },
    body: JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: new Date().toISOString(), event }] }),
  });
  assert.equal((await answer.json()).held, seq);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const staff = await context.newPage();
  await staff.goto(base + "/");
  await staff.getByLabel("Name").fill("ana");
  await staff.getByLabel("Password").fill("correct horse");
  await staff.keyboard.press("Enter");
  await staff.getByText("Live", { exact: true }).waitFor();
  const csrf = await staff.locator("input[name=csrf]").first().inputValue();
  const headers = { "x-live": "1" };
  const send = async (path, form) => (await context.request.post(base + path, { form: { csrf, ...form }, headers, maxRedirects: 0 })).status() < 400;
  let calls = 0, person = 0;
  async function call() {
    calls += 1;
    assert.ok(await send("/point", { point: "Room " + (1 + calls % 20) }));
    // Whoever is called for another visit is not called here.
    do { person += 1; assert.ok(person < 50); } while (!await send("/visit/call", { appointment: id(person) }));
  }
  const address = await (await context.request.get(base + "/board")).text().then((page) => page.match(/href="(\/board\/lobby\?key=[^"]+)"/)[1]);

  const boards = [];
  for (const [width, height] of [[1920, 1080], [3840, 2160], [1080, 1920]]) {
    const of = await browser.newContext({ viewport: { width, height }, bypassCSP: true });
    const page = await of.newPage();
    page.on("pageerror", (error) => faults.push(String(error)));
    await page.clock.install();
    await page.goto(base + address);
    boards.push({ page, name: `${width}x${height}` });
  }
  const [{ page: board }] = boards;
  const shown = (part = "now") => board.evaluate((part) => [...document.querySelectorAll(`#${part} .page`)].findIndex((page) => !page.hidden), part);
  const pages = (part = "now") => board.locator(`#${part} .page`).count();
  // Nothing that is shown is cut off, and the board does not scroll.
  const whole = (page) => page.evaluate(() => {
    const cut = [];
    for (const one of document.querySelectorAll(".page:not([hidden]) .who, .page:not([hidden]) .where, .page:not([hidden]) .queue, .page:not([hidden]) .turn, .page:not([hidden]) .more")) {
      const box = one.getBoundingClientRect(), around = one.closest("section").getBoundingClientRect();
      const text = one.matches(".who, .where, .queue");
      if (box.bottom > around.bottom + 1 || box.bottom > innerHeight || box.right > innerWidth || (text && one.clientHeight && one.scrollHeight > one.clientHeight * 1.2)) cut.push(`${one.className}: ${one.textContent} ${box.bottom} ${around.bottom} ${one.scrollHeight} ${one.clientHeight}`);
    }
    return { cut, scrolls: document.documentElement.scrollHeight > innerHeight };
  });
  async function picture(n) {
    for (const { page, name } of boards) await page.screenshot({ path: join(out, `turns-${n}-${name}.png`) });
    for (const { page, name } of boards) {
      await page.waitForFunction((n) => document.querySelectorAll("#board .call, #board .before li").length >= n, n);
      assert.deepEqual(await whole(page), { cut: [], scrolls: false }, `${n} calls on ${name}`);
      await page.screenshot({ path: join(out, `turns-${n}-${name}.png`) });
    }
  }
  for (let n = 1; n <= 50; n += 1) await arrives(n);
  await picture(0);
  await call();
  await picture(1);
  while (calls < 9) await call();
  await picture(9);
  assert.equal(await pages(), 3);
  while (calls < 10) await call();
  await picture(10);
  while (calls < 25) await call();
  await picture(25);
  assert.equal(await pages(), 7);
  held("0, 1, 9, 10 and 25 calls: nothing is cut off, on three screens");

  const pass = async (seconds) => { await board.clock.runFor(seconds * 1000); };
  // Until the first page comes round.
  for (let n = 0; n < 200 && !(await shown() === 1); n += 1) await pass(0.5);
  const order = [];
  for (let n = 0; n < 96; n += 1) { order.push(await shown()); await pass(0.5); }
  const stay = (page) => order.filter((one) => one === page).length / 2;
  assert.deepEqual([...new Set(order)], [1, 2, 3, 4, 5, 6, 0], "each page in its turn");
  assert.ok(stay(0) >= 11 && stay(0) <= 12.5 && [1, 2, 3, 4, 5, 6].every((page) => stay(page) >= 5.5 && stay(page) <= 6.5), order.join(" "));
  await board.screenshot({ path: join(out, "turns-25-last.png") });
  held("each page has six seconds, the newest calls twelve");

  for (let n = 0; n < 200 && !(await shown() === 3); n += 1) await pass(0.5);
  await pass(4);
  await call();
  await board.waitForFunction(() => document.querySelectorAll("#now .call").length === 26);
  assert.equal(await shown(), 0);
  for (let n = 0; n < 60 && (await shown()) === 0; n += 1) await pass(0.5);
  assert.equal(await shown(), 4, "and goes on where it was");
  held("a new call is shown at once, and the turn goes on where it was");

  // Calls every five seconds: the others still have their turns.
  const seen = new Set();
  await board.evaluate(() => { setInterval(() => document.dispatchEvent(new CustomEvent("board:shown", { detail: 1 })), 5000); });
  for (let n = 0; n < 400; n += 1) { seen.add(await shown()); await pass(0.5); }
  assert.equal(seen.size, 7, [...seen].join(" "));
  held("however fast calls come, every page has its turn");

  await board.addScriptTag({ content: axe });
  assert.deepEqual(await board.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => v.id)), []);
  const hand = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  await hand.goto(base + address);
  assert.equal(await hand.locator("#now .call:visible").count(), 26, "on a screen in the hand everything is there at once");
  assert.ok(await hand.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth));
  await hand.screenshot({ path: join(out, "turns-360.png") });
  assert.deepEqual(faults, []);
  held("in the hand everything is there at once; axe-core finds nothing");
} finally {
  await browser.close();
  server.kill();
}
