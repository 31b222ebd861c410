// The board of a waiting room and the page behind a ticket's code, in Chromium. See README.md beside this file.
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
const port = process.env.PORT ?? "18101";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

const data = mkdtempSync(join(tmpdir(), "desk-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv"), config = join(data, "desk.toml");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
writeFileSync(config, `data = "${data}"
listen = "127.0.0.1:${port}"
[clinic]
name = "Mill Street Clinic"
[[clinic.points]]
name = "Room 3"
[[clinic.points]]
name = "Laboratory desk, 1st floor"
[[clinic.boards]]
name = "Main lobby"
chime = true
speech = true
[[clinic.boards]]
name = "Hall 2"
languages = ["ar"]
[clinic.pages]
address = "http://127.0.0.1:${port}"
`);
const run = (args, input) => {
  const done = spawnSync(desk, [...args, "--config", config], { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "ana", "--role", "desk"], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A"]);
run(["import", csv]);
let server = null;
async function begin() {
  server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
}
async function end(signal) {
  const ended = new Promise((done) => server.once("exit", done));
  server.kill(signal);
  await ended;
}
const base = await begin();

let seq = 0;
async function report(event) {
  seq += 1;
  const answer = await fetch(base + "/api/kiosk/events", {
    method: "POST", headers: { authorization: "Bearer " + token },
    body: JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: new Date().toISOString(), event }] }),
  });
  assert.equal((await answer.json()).held, seq);
}
let count = 0;
const arrives = async (id, more = {}) => {
  count += 1;
  await report({ kind: "checked-in", ticket: { number: "A" + count, date: today }, patient: "p", appointments: [id], language: "en", call_as: "number", details: "yes", insurance: "yes", ...more });
  return "A" + count;
};
// A page's name as the kiosk makes it, by another program: the keyed hash of date and number.
const feed = await (await fetch(base + "/api/kiosk/feed", { headers: { authorization: "Bearer " + token } })).json();
const pageOf = (ticket) => {
  const code = "import hashlib,sys; print(hashlib.blake2s(sys.argv[2].encode(), key=bytes.fromhex(sys.argv[1])).hexdigest()[:32])";
  const made = spawnSync("python3", ["-c", code, feed.settings.pages.key, `${today} ${ticket}`], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  return `${feed.settings.pages.address}/t/${made.stdout.trim()}`;
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [], foreign = [], violations = [];
async function open(size, more = {}) {
  const context = await browser.newContext({ viewport: size, ...more });
  const page = await context.newPage();
  page.on("request", (request) => { if (!request.url().startsWith(base)) foreign.push(request.url()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
  return page;
}
async function audited(page, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  violations.push(...found.violations.map((v) => `${what}: ${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`));
}
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
const whole = (page) => page.evaluate(() => {
  const bottom = Math.max(...[...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length).map((e) => e.getBoundingClientRect().bottom));
  return document.documentElement.scrollHeight <= window.innerHeight && bottom <= window.innerHeight + 1;
});
try {
  const staff = await open({ width: 1280, height: 900 });
  await staff.goto(base + "/");
  await staff.getByLabel("Name").fill("ana");
  await staff.getByLabel("Password").fill("correct horse");
  await staff.keyboard.press("Enter");
  await staff.getByText("Live", { exact: true }).waitFor();
  // The first touch lets the page sound, and takes the button away that says so.
  await staff.keyboard.press("Escape");
  await staff.locator("#sound").waitFor({ state: "hidden" });
  await staff.locator("#point").selectOption("Room 3");
  await staff.getByRole("button", { name: "Set where I call to" }).click();
  await staff.waitForFunction(() => document.getElementById("said").textContent === "Set where I call to");
  await staff.goto(base + "/board");
  await staff.screenshot({ path: join(out, "boards-1280.png") });
  await audited(staff, "the list of boards");
  const address = await staff.getByRole("link", { name: "Open the board Main lobby" }).getAttribute("href");
  assert.equal((await fetch(base + address.split("?")[0])).status, 401);
  held("a board's address has a key, and opens nothing without it");
  await staff.goto(base + "/");
  const press = async (id, name) => {
    const row = staff.locator("#row-" + id);
    const button = row.getByRole("button", { name });
    if (!(await button.isVisible())) await row.getByText("More", { exact: true }).click();
    await button.click();
  };

  const board = await open({ width: 1920, height: 1080 });
  await board.goto(base + address);
  await board.getByText("Nobody is called right now").waitFor();
  await board.screenshot({ path: join(out, "board-nobody.png") });
  await arrives("apt-0001");
  await arrives("apt-0004", { language: "es", call_as: "first-name" });
  for (const id of ["apt-0007", "apt-0012", "apt-0013", "apt-0016", "apt-0018", "apt-0010"]) await arrives(id);

  const phone = await open({ width: 360, height: 740 }, { hasTouch: true });
  await phone.goto(pageOf("A1"));
  await phone.getByText("Your number").waitFor();
  await phone.screenshot({ path: join(out, "phone-waiting.png"), fullPage: true });
  await audited(phone, "the phone");
  assert.ok(await fits(phone));
  await phone.getByRole("button", { name: "Tell me with a sound" }).tap();
  await phone.getByText("Sound is on").waitFor();
  await board.locator("#sound").waitFor();
  await board.mouse.click(300, 300);
  await board.locator("#sound").waitFor({ state: "hidden" });

  const began = Date.now();
  await press("apt-0001", /^Call:/);
  await Promise.all([board.locator(".call").getByText("A1").waitFor({ timeout: 5000 }), phone.getByText("Please come to Room 3").first().waitFor({ timeout: 5000 })]);
  held(`a call is on board and phone ${Date.now() - began} ms after the button was pressed`);
  assert.equal(await phone.title(), "● A1");
  assert.equal(await phone.evaluate(() => document.body.dataset.rings), "2", "once when sound was allowed, once for the call");
  assert.equal(await board.evaluate(() => document.body.dataset.chimes), "1");
  await board.screenshot({ path: join(out, "board-1.png") });
  assert.ok(await whole(board), "one call fits");
  await phone.screenshot({ path: join(out, "phone-called.png"), fullPage: true });
  await audited(phone, "the phone, called");
  await audited(board, "the board");
  await press("apt-0001", /^Call again:/);
  await board.waitForFunction(() => document.body.dataset.chimes === "2");
  await phone.waitForFunction(() => document.body.dataset.rings === "3");
  held("calling again sounds again, on both");
  await press("apt-0004", /^Call:/);
  await board.locator(".call").nth(1).waitFor();
  await board.screenshot({ path: join(out, "board-2.png") });
  assert.ok(await whole(board), "two calls fit");
  for (const id of ["apt-0007", "apt-0012"]) await press(id, /^Call:/);
  await board.locator(".call").nth(3).waitFor();
  await board.screenshot({ path: join(out, "board-4.png") });
  assert.ok(await whole(board), "four calls fit");
  await press("apt-0013", /^Call:/);
  await board.getByText("and 1 more").waitFor();
  assert.equal(await board.locator(".call").getByText("A1").count(), 0, "the oldest call does not fit");
  await press("apt-0013", /^Start:/);
  await board.getByText("Called before").waitFor();
  await board.locator(".call").getByText("A1").waitFor();
  assert.equal(await board.evaluate(() => document.body.dataset.chimes), "6", "what comes back into view is no new call");
  assert.ok(await whole(board), "five calls fit");
  await board.locator("html[data-say='es']").waitFor({ timeout: 12000 });
  await board.screenshot({ path: join(out, "board-es.png") });
  await board.locator("html[data-say='ar']").waitFor({ timeout: 12000 });
  await board.screenshot({ path: join(out, "board-ar.png") });
  held("the words of the board take turns in three languages");
  for (const [name, size] of [["720", { width: 1280, height: 720 }], ["4k", { width: 3840, height: 2160 }], ["portrait", { width: 1080, height: 1920 }]]) {
    await board.setViewportSize(size);
    await board.screenshot({ path: join(out, `board-${name}.png`) });
    assert.ok(await whole(board), `nothing is cut off at ${name}`);
  }
  await board.setViewportSize({ width: 360, height: 740 });
  assert.ok(await fits(board), "a board on a phone has no sideways scroll");
  await board.screenshot({ path: join(out, "board-360.png"), fullPage: true });
  await board.setViewportSize({ width: 1920, height: 1080 });
  const hall = await open({ width: 1920, height: 1080 });
  await hall.goto(base + address.replace("main-lobby", "hall-2"));
  await hall.screenshot({ path: join(out, "board-rtl.png") });
  await hall.close();

  // Stepping out, on a phone in Spanish, and coming back.
  const other = await open({ width: 360, height: 740 }, { hasTouch: true });
  await other.goto(pageOf("A6"));
  await other.getByRole("link", { name: "Español" }).tap();
  await other.getByRole("button", { name: "Tengo que salir un momento" }).tap();
  await other.getByText("Usted ha salido").waitFor();
  await other.screenshot({ path: join(out, "phone-out-es.png"), fullPage: true });
  await audited(other, "the phone, stepped out");
  await staff.locator("#held #row-apt-0016").getByText("by phone").waitFor();
  await staff.locator("#held").scrollIntoViewIfNeeded();
  await staff.screenshot({ path: join(out, "list-stepped-out.png") });
  await other.waitForTimeout(2100);
  await other.getByRole("button", { name: "Ya estoy de vuelta" }).tap();
  await staff.locator("#waiting #row-apt-0016").waitFor();
  held("who steps out by phone is on hold for staff, and comes back");
  await other.waitForTimeout(2100);
  await other.getByRole("button", { name: "Necesito ayuda" }).tap();
  await staff.locator("#needs #row-apt-0016").getByText("Asks for help by phone").waitFor();
  await other.getByText("La recepción sabe").waitFor();
  await press("apt-0016", /^Seen:/);
  await other.getByText("La recepción ha visto").waitFor();
  await other.getByRole("link", { name: "العربية" }).tap();
  await other.locator("html[dir=rtl]").waitFor();
  await other.screenshot({ path: join(out, "phone-ar.png"), fullPage: true });
  await audited(other, "the phone in Arabic");
  assert.ok(await fits(other));
  held("help reaches the list, and the phone hears that it was seen");

  // Without a script.
  const plain = await open({ width: 360, height: 740 }, { javaScriptEnabled: false });
  await plain.goto(pageOf("A7"));
  await plain.getByRole("button", { name: "I need to step out" }).click();
  await plain.getByText("You keep your turn").waitFor();
  const still = await open({ width: 1920, height: 1080 }, { javaScriptEnabled: false });
  await still.goto(base + address);
  await still.locator(".call").first().waitFor();
  held("both work without a script");

  // The desk is gone, and comes back.
  await phone.evaluate(() => navigator.serviceWorker.ready);
  await phone.reload();
  await phone.getByText("Your number").waitFor();
  await end("SIGKILL");
  await board.locator("#lost").waitFor({ timeout: 20000 });
  await board.locator(".call").first().waitFor();
  await board.screenshot({ path: join(out, "board-lost.png") });
  await phone.locator("#lost").waitFor({ timeout: 20000 });
  await phone.reload();
  await phone.getByText("Your number").waitFor();
  await phone.locator("#lost").getByText("Not connected").waitFor({ timeout: 20000 });
  await phone.screenshot({ path: join(out, "phone-offline.png"), fullPage: true });
  held("without the desk both keep the last state and say so, the phone also after a reload");
  await begin();
  await board.locator("#lost").waitFor({ state: "hidden", timeout: 30000 });
  await phone.locator("#lost").waitFor({ state: "hidden", timeout: 30000 });
  await staff.reload();
  await press("apt-0018", /^Call:/);
  await board.locator(".call").getByText("A7").waitFor({ timeout: 5000 });
  held("with the desk both are live again by themselves");

  const nobodys = await open({ width: 360, height: 740 });
  const response = await nobodys.goto(base + "/t/0123456789abcdef0123456789abcdef");
  assert.equal(response.status(), 404);
  await nobodys.screenshot({ path: join(out, "phone-closed.png"), fullPage: true });
  await audited(nobodys, "a page that is nobody's");
  assert.deepEqual(faults, []);
  assert.deepEqual(foreign, []);
  assert.deepEqual(violations, []);
  held("no fault, nothing from elsewhere, no violation found by axe-core");
} finally {
  await browser.close();
  await end("SIGTERM");
}
