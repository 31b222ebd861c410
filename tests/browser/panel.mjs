// The page of one person, the keys, and two of the staff who see each other, in Chromium. See README.md beside this file.
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

const data = mkdtempSync(join(tmpdir(), "panel-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv");
writeFileSync(csv, readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T"));
const run = (args, input) => {
  const done = spawnSync(desk, args, { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
for (const name of ["ana", "ben"]) run(["user", "add", name, "--role", "desk", "--data", data], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A", "--place", "Main lobby", "--data", data]);
run(["import", csv, "--data", data]);
// The shortest session there is, so that its end can be waited for.
const config = join(data, "desk.toml");
writeFileSync(config, `data = ${JSON.stringify(data)}\nlisten = "127.0.0.1:0"\nsession_idle_minutes = 1\n[[clinic.walk_in]]\ncode = "vaccination"\nname = { en = "Vaccination" }\n`);
const server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));

let seq = 0;
async function report(event) {
  seq += 1;
  const answer = await fetch(base + "/api/kiosk/events", {
    method: "POST",
    headers: { authorization: "Bearer " + token },
    body: JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: new Date().toISOString(), event }] }),
  });
  assert.equal((await answer.json()).held, seq);
}
const checkedIn = (n, ...ids) => report({
  kind: "checked-in", ticket: { number: "A" + n, date: today }, patient: "p", appointments: ids, language: "es", call_as: "first-name", details: "yes", insurance: "ask-the-desk",
});
const stopped = (reason) => report({ kind: "stopped", reason, step: "find-me", patient: null, appointments: [], language: "en" });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
async function signIn(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("request", (request) => { if (!request.url().startsWith(base)) faults.push("foreign: " + request.url()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
  await page.goto(base + "/");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  return page;
}
const live = (page) => page.getByText("Live", { exact: true }).waitFor();
async function clean(page, what) {
  const found = await page.evaluate(async (source) => {
    // As a value: the page's policy lets no inline script in.
    (0, eval)(source);
    return (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", "));
  }, axe).catch(async () => {
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setBypassCSP", { enabled: true });
    await page.reload();
    await page.addScriptTag({ content: axe });
    return page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")));
  });
  assert.deepEqual(found, [], what);
}
const focused = (page) => page.evaluate(() => document.activeElement.id);
const fits = async (page, what) => {
  const [scroll, room, wide] = await page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > room && getComputedStyle(one).position !== "absolute");
    return [document.documentElement.scrollWidth, room, wide.map((one) => `${one.tagName} ${one.id}`).slice(0, 8)];
  });
  assert.ok(scroll <= room, `no sideways scroll: ${what}: ${scroll} > ${room}: ${wide}`);
};

try {
  const page = await signIn("ana");
  await live(page);
  await checkedIn(1, "apt-0001");
  await checkedIn(2, "apt-0002");
  await page.locator("#row-apt-0002").getByText("A2").waitFor();

  // Keys alone from here.
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Call next of my queue").waitFor();
  await page.screenshot({ path: join(out, "keys-1280.png") });
  assert.ok(await page.evaluate(() => document.getElementById("help").contains(document.activeElement)), "the focus is in the help");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await page.keyboard.type("dietrich 6/2/1962");
  await page.getByText("1 person found").waitFor({ state: "attached" });
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "row-apt-0001");
  await page.keyboard.press("s");
  await page.locator("#row-apt-0001").getByText("Seen by ana").waitFor();
  assert.equal(await focused(page), "row-apt-0001", "the place is kept");
  await page.keyboard.press("c");
  await page.locator("#called #row-apt-0001").waitFor();
  await page.keyboard.press("u");
  await page.locator("#waiting #row-apt-0001").waitFor();
  await page.keyboard.press("h");
  await page.locator("#held #row-apt-0001").waitFor();
  await page.keyboard.press("b");
  await page.locator("#waiting #row-apt-0001").waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Alfonso Dietrich/ }).waitFor();
  await live(page);
  await page.getByText("checked in with ticket A1, in Spanish, called by first name").waitFor();
  await page.screenshot({ path: join(out, "panel-1280.png"), fullPage: true });
  await page.keyboard.press("c");
  await page.locator("#row-apt-0001").getByText("Called by ana").first().waitFor();
  await page.keyboard.press("u");
  await page.locator("#row-apt-0001.arrived").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("c");
  await page.waitForURL(base + "/changes");
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.waitForURL(base + "/");
  await live(page);
  held("somebody is searched, seen, called, held and opened with keys alone");

  await page.locator("#keys").click();
  await page.locator("#keys-on").uncheck();
  await page.locator("#help-close").click();
  await page.reload();
  await live(page);
  await page.keyboard.press("j");
  assert.doesNotMatch(await focused(page), /^row-/, "keys that are off do nothing");
  await page.locator("#keys").click();
  await page.locator("#keys-on").check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  assert.match(await focused(page), /^row-/);
  held("keys can be switched off, and this browser remembers it");

  // Narrowed by the address; the list says so, and stays so when it changes.
  await page.locator("#narrow-box summary").click();
  await page.locator("#narrow-service").selectOption("Physiotherapy");
  await page.getByText(/are not shown/).waitFor();
  assert.equal(new URL(page.url()).search, "?service=Physiotherapy");
  await stopped("asked-for-help");
  await page.getByText("Asked for help").waitFor();
  assert.equal(await page.locator("#narrow-service").inputValue(), "Physiotherapy");
  await page.screenshot({ path: join(out, "narrow-1280.png") });
  await page.locator("#open-apt-0002").click();
  await page.locator("#back").click();
  await page.waitForURL(/service=Physiotherapy#row-apt-0002/);
  assert.equal(await focused(page), "row-apt-0002", "back at the same row of the same list");
  await page.locator("#show-all").click();
  await page.waitForURL(base + "/");
  await page.locator("#filter").fill("nobodyofthisname");
  await page.getByText("Nobody of today fits that.").waitFor();
  await page.getByRole("button", { name: "Look among all days" }).click();
  await page.getByText("Nobody who ever had an appointment here").waitFor();
  await clean(page, "search");
  held("the list is narrowed and searched, and nothing typed is in an address: " + page.url().slice(base.length));

  // Two of the staff.
  const ben = await signIn("ben");
  await live(ben);
  await page.goto(base + "/visit?appointment=apt-0005");
  await ben.locator("#row-apt-0005").getByText("ana is on this").waitFor({ timeout: 5000 });
  await ben.goto(base + "/visit?appointment=apt-0005");
  await ben.getByText("ana is on this").waitFor();
  await page.getByText("ben is on this").waitFor({ timeout: 5000 });
  await page.screenshot({ path: join(out, "together-1280.png") });
  await ben.goto(base + "/");
  await page.getByText("ben is on this").waitFor({ state: "detached", timeout: 5000 });
  held("two of the staff see who is on the same person, and when they are not any more");

  // Checked in by hand while the other is typing a note about somebody.
  await live(page);
  await page.locator("#note-text").fill("Prefers the chair by the window");
  await page.locator("#as-name").check();
  await checkedIn(3, "apt-0010");
  await page.locator("#do-check-in").click();
  await page.locator("#row-apt-0005").getByText("D1").waitFor();
  assert.equal(await page.locator("#note-text").inputValue(), "Prefers the chair by the window", "a refresh loses nothing");
  await page.getByRole("button", { name: /^Write the note/ }).click();
  await page.locator(".note").getByText("Prefers the chair").waitFor();
  assert.equal(await page.locator("#note-text").inputValue(), "");
  await ben.locator("#row-apt-0005").getByText("Note").waitFor();
  const pdf = await page.request.get(base + "/ticket.pdf?appointment=apt-0005");
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  await page.screenshot({ path: join(out, "panel-note-1280.png"), fullPage: true });
  await clean(page, "panel");
  await live(page);
  await page.keyboard.press("u");
  await page.locator("#row-apt-0005.expected").waitFor();
  held("a check-in by hand, a note and a ticket; all of it taken back with one key");

  await stopped("feels-unwell");
  await page.getByText("Somebody feels unwell: go to them now").waitFor({ timeout: 5000 });
  await page.screenshot({ path: join(out, "alarm-panel-1280.png") });
  await page.goto(base + "/changes");
  await page.locator("#unwell").getByText("Main lobby (kiosk lobby)").waitFor({ timeout: 5000 });
  await clean(page, "changes with an alarm");
  await ben.locator("#needs .row.urgent").first().getByRole("button", { name: /^Taken care of/ }).click();
  await page.locator("#unwell").waitFor({ state: "hidden", timeout: 5000 });
  held("who feels unwell rings on every page until somebody goes");

  await page.goto(base + "/walk-in");
  await clean(page, "walk-in");
  await page.getByLabel("First name", { exact: true }).fill("Zoë");
  await page.getByLabel("Family name").fill("Quick");
  await page.getByLabel("Date of birth").fill("13/13/1990");
  await page.keyboard.press("Enter");
  await page.getByText("Type a date of birth like the example.").waitFor();
  await page.screenshot({ path: join(out, "walk-in-wrong-1280.png") });
  await clean(page, "walk-in with a mistake");
  await page.getByLabel("Date of birth").fill("2/3/1990");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Zoë Quick/ }).waitFor();
  await page.locator(".row").getByText("D2").waitFor();
  held("a walk-in by hand, with what was wrong said beside the field");

  for (const [width, height] of [[360, 740], [320, 256]]) {
    await page.setViewportSize({ width, height });
    for (const path of ["/", "/visit?appointment=apt-0001", "/walk-in"]) {
      await page.goto(base + path);
      await fits(page, `${path} at ${width}`);
      if (width === 360) await page.screenshot({ path: join(out, `narrow${path.replace(/\W+/g, "-")}360.png`), fullPage: path !== "/" });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(base + "/");
  await live(page);
  await clean(page, "list");
  held("no sideways scroll at 360 px and at 400 %, and nothing for axe to find");

  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const still = await plain.newPage();
  await still.goto(base + "/?service=Physiotherapy");
  await still.locator("#row-apt-0001").getByRole("link", { name: /Alfonso/ }).click();
  await still.getByRole("button", { name: /^Call by number/ }).click();
  await still.getByRole("button", { name: /^Call by first name/ }).waitFor();
  await still.locator("#note-text").fill("Without a script");
  await still.getByRole("button", { name: /^Write the note/ }).click();
  await still.locator(".note").getByText("Without a script").waitFor();
  held("works without a script");

  // The session ends in the middle of a note.
  await page.goto(base + "/visit?appointment=apt-0001");
  await live(page);
  await page.locator("#note-text").fill("Half a sent");
  await page.waitForURL(/sign-in\?ended/, { timeout: 120000 });
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByText("Half a sent").waitFor();
  await page.getByRole("button", { name: "Send it now" }).click();
  await page.goto(base + "/visit?appointment=apt-0001");
  await page.locator(".note").getByText("Half a sent").waitFor();
  held("a note that was being typed when the session ended is kept");
  assert.deepEqual(faults, []);
  held("nothing from elsewhere, no script faults, no policy breaches");
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
