// What every story here begins with: a desk on a folder of its own, a browser, and what is counted against its pages. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const program = process.env.DESK ?? "target/debug/arrivals-desk";
const PASSWORD = "correct horse";

/// Where pictures are left.
export const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });
export const picture = (name) => join(out, name + ".png");
export const held = (what) => console.log("ok  " + what);
export const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1) + " s";

// The clinic is where it is about one in the afternoon now: whoever checks in at 8 is late at any hour of ours, and the day does not end meanwhile.
const ahead = 13 - new Date().getUTCHours();
const zone = ahead === 0 ? "Etc/UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
const offset = `${ahead < 0 ? "-" : "+"}${String(Math.abs(ahead)).padStart(2, "0")}:00`;
/// So many days from today, as the clinic counts them: from 4 in the morning on.
export const day = (n = 0) => new Date(Date.now() + n * 86400000 - 4 * 3600000).toLocaleDateString("en-CA", { timeZone: zone });
export const today = day();
/// The list on file, moved to today, and nobody's coverage has ended.
export const dayList = () => readFileSync("tests/data/day.csv", "utf8")
  .replaceAll(/2026-11-23T([0-9:]+)-05:00/g, `${today}T$1${offset}`)
  .replaceAll(/,2026-(11-03|12-05),/g, `,${day(300)},`);
/// The settings of a story, in the clinic's time zone unless it has its own.
function inZone(toml) {
  if (toml.includes("time_zone")) return toml;
  const line = `time_zone = "${zone}"`;
  return /^\[clinic\]$/m.test(toml) ? toml.replace(/^\[clinic\]$/m, `[clinic]\n${line}`) : `${toml}\n[clinic]\n${line}\n`;
}

async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/// A desk that runs. `toml` is the rest of its settings' file, and gets its address; `users` are names with their roles, `kiosks` names with the words
/// of their command; `list` is a day as CSV, none if it is null; `env` and `clock` are its surroundings, if they are not ours.
export async function startDesk({ toml = "", users = { ana: "desk" }, kiosks = { lobby: ["--letter", "A"] }, list = dayList(), env = process.env, clock = () => new Date() } = {}) {
  const room = mkdtempSync(join(tmpdir(), "desk-")), file = (name) => join(room, name);
  const listen = `127.0.0.1:${process.env.PORT ?? await freePort()}`, base = "http://" + listen, config = file("desk.toml");
  writeFileSync(config, `data = ${JSON.stringify(file("data"))}\nlisten = "${listen}"\n${inZone(typeof toml === "function" ? toml(base, file) : toml)}`);
  const spawned = (args, input) => spawnSync(program, [...args, "--config", config], { input, encoding: "utf8", env });
  const run = (args, input) => {
    const done = spawned(args, input);
    assert.equal(done.status, 0, done.error ? `${program}: ${done.error.message}` : done.stderr);
    return done.stdout.trim();
  };
  for (const [name, role] of Object.entries(users)) run(["user", "add", name, "--role", role], PASSWORD + "\n");
  const tokens = Object.fromEntries(Object.entries(kiosks).map(([id, words]) => [id, run(["kiosk", "add", id, ...words])]));
  if (list) {
    writeFileSync(file("list.csv"), list);
    assert.match(run(["import", file("list.csv")]), /refused 0$/);
  }

  let server = null, seq = 0, count = 0;
  async function begin() {
    server = spawn(program, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"], env });
    await new Promise((found, lost) => {
      server.stdout.once("data", found);
      server.once("exit", (status) => lost(new Error(`the desk ended with ${status}`)));
    });
  }
  async function end(signal = "SIGTERM") {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((done) => server.once("exit", done));
    server.kill(signal);
    await ended;
  }
  const asKiosk = (id) => ({ authorization: "Bearer " + tokens[id] });
  /// Sends events, one or several, as the kiosk in the lobby.
  async function report(events, minutesAgo = 0) {
    const at = new Date(clock().getTime() - minutesAgo * 60000).toISOString();
    const body = JSON.stringify({ kiosk: "lobby", events: [events].flat().map((event) => ({ seq: ++seq, at, event })), last: seq });
    const answer = await fetch(base + "/api/kiosk/events", { method: "POST", headers: asKiosk("lobby"), body });
    assert.equal((await answer.json()).held, seq);
  }
  /// Somebody has checked in there; answers the ticket's number.
  async function arrives(visit, more = {}, minutesAgo = 0) {
    const number = "A" + ++count;
    await report(checkedIn(number, [visit], more), minutesAgo);
    return number;
  }
  /// A ticket's page, named as a kiosk names it, by another program than ours: the keyed hash of date and number.
  let key = null;
  async function pageOf(number, date = today) {
    key ??= (await (await fetch(base + "/api/kiosk/feed", { headers: asKiosk("lobby") })).json()).settings.pages.key;
    const code = "import hashlib,sys; print(hashlib.blake2s(sys.argv[2].encode(), key=bytes.fromhex(sys.argv[1])).hexdigest()[:32])";
    const made = spawnSync("python3", ["-c", code, key, `${date} ${number}`], { encoding: "utf8" });
    assert.equal(made.status, 0, made.stderr);
    return `${base}/t/${made.stdout.trim()}`;
  }
  await begin();
  return { base, file, spawned, run, tokens, begin, end, report, arrives, pageOf, lastSeq: () => seq, remove: () => rmSync(room, { recursive: true, force: true }) };
}

/// What a kiosk reports of a check-in.
export const checkedIn = (number, visits, more = {}, date = today) => ({
  kind: "checked-in", ticket: { number, date }, patient: "p", appointments: visits, language: "en", call_as: "number", details: "yes", insurance: "yes", ...more,
});
/// What a kiosk reports of somebody whom it could not help.
export const stopped = (reason, visits = [], language = "en") => ({ kind: "stopped", reason, step: "find-me", patient: null, appointments: visits, language });

/// A browser at this desk. Every page of it counts: a fault of a script, a breach of the policy, anything asked of anybody else.
export async function startBrowser(desk) {
  const browser = await require("playwright-core").chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const faults = [];
  function watch(page) {
    page.on("request", (request) => { if (!request.url().startsWith(desk.base) && !request.url().startsWith("blob:")) faults.push("foreign: " + request.url()); });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
    return page;
  }
  /// An empty page in a browser of its own.
  async function open(options = {}) {
    return watch(await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage());
  }
  async function typePassword(page, name) {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.keyboard.press("Enter");
  }
  /// The list, as somebody who has just signed in sees it, live unless scripts are off.
  async function signIn(name, options = {}) {
    const page = await open(options);
    await page.goto(desk.base + "/");
    await typePassword(page, name);
    if (options.javaScriptEnabled === false) await page.waitForURL(desk.base + "/");
    else await page.getByText("Live", { exact: true }).waitFor();
    return page;
  }
  /// Tells the story, and at its end what the pages did wrong; `after` is done before the desk ends, however it went.
  async function play(story, after = () => {}) {
    try {
      await story();
      assert.deepEqual(faults, []);
      held("nothing from elsewhere, no script faults, no policy breaches");
    } finally {
      after();
      await browser.close();
      await desk.end();
      desk.remove();
    }
  }
  return { browser, faults, watch, open, typePassword, signIn, play };
}

/// Nothing that axe-core knows is wrong. The desk's policy lets in no script but its own, so axe comes as the browser's.
export async function audit(page, what, part = "html") {
  await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate((part) => globalThis.axe.run(part, { resultTypes: ["violations"] }), part);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" | ")}`), [], what);
}
/// No sideways scroll; if there is one, what is too wide.
export async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const has = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= has) return [];
    const all = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > has);
    return [document.documentElement.scrollWidth, ...all.map((one) => one.outerHTML.slice(0, 90))];
  });
  assert.deepEqual(wide, [], what);
}
/// Pictures at two widths, whole pages that fit and have nothing wrong.
export async function look(page, name, widths = [1280, 360]) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: picture(`${name}-${width}`), fullPage: true });
    await fits(page, `${name} at ${width}`);
    await audit(page, `${name} at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
