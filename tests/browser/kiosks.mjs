// The page of the kiosks in Chromium. See README.md beside this file.
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

// The shortest silence there is, so that the story takes little more than a minute.
const room = mkdtempSync(join(tmpdir(), "desk-")), config = join(room, "desk.toml");
const listen = `127.0.0.1:${process.env.PORT ?? 0}`;
writeFileSync(config, `data = ${JSON.stringify(join(room, "data"))}\n[clinic]\nname = "Mill Street Clinic"\n[clinic.kiosks]\nsilent_after_seconds = 60\n`);
const spawned = (args, input) => spawnSync(desk, [...args, "--config", config], { input, encoding: "utf8" });
const run = (args, input) => {
  const done = spawned(args, input);
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
for (const [name, role] of [["ana", "desk"], ["abe", "admin"]]) run(["user", "add", name, "--role", role], "correct horse\n");
const tokens = {
  lobby: run(["kiosk", "add", "lobby", "--letter", "A", "--place", "Main lobby, by the entrance"]),
  annex: run(["kiosk", "add", "annex", "--letter", "B", "--place", "Riverside annex"]),
};
run(["kiosk", "add", "stairs", "--letter", "C"]);
const server = spawn(desk, ["serve", "--config", config, "--listen", listen], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const held = (what) => console.log("ok  " + what);

// A kiosk that speaks HTTP and does what it is told.
class Kiosk {
  constructor(id, more = {}) {
    const ready = { is: "ready" };
    Object.assign(this, { id, seq: 0, obeyed: 0, heard: [], speaks: false });
    this.health = { version: "0.1.0", started: new Date().toISOString(), waiting: 0, printer: ready, scanner: ready, camera: { is: "absent" }, celsius: 52, disk_free_mib: 9011, out_of_service: false, ...more };
  }
  async say(seconds = 0) {
    const body = JSON.stringify({ now: new Date(Date.now() + (this.clock ?? 0)).toISOString(), ...this.health, obeyed: this.obeyed });
    const answer = await fetch(`${base}/api/kiosk/health?wait_seconds=${seconds}`, { method: "POST", headers: { authorization: "Bearer " + tokens[this.id] }, body, signal: this.stop?.signal });
    assert.equal(answer.status, 200);
    return (await answer.json()).orders;
  }
  // Speaks until it is switched off; obeys at once.
  async run() {
    this.stop = new AbortController();
    while (!this.stop.signal.aborted) {
      const orders = await this.say(20).catch((error) => { if (!this.stop.signal.aborted) throw error; return []; });
      for (const order of orders) {
        this.heard.push({ ...order, at: Date.now() });
        if (order.what.kind === "out-of-service") this.health.out_of_service = true;
        if (order.what.kind === "in-service") this.health.out_of_service = false;
        this.obeyed = order.id;
      }
    }
  }
  change(health) {
    Object.assign(this.health, health);
    return this.say();
  }
  async report(...events) {
    const list = events.map((event) => ({ seq: ++this.seq, at: new Date().toISOString(), event }));
    const answer = await fetch(base + "/api/kiosk/events", { method: "POST", headers: { authorization: "Bearer " + tokens[this.id] }, body: JSON.stringify({ kiosk: this.id, last: this.seq, events: list }) });
    assert.equal(answer.status, 200);
  }
}
const checkedIn = (count, letter) => ({
  kind: "checked-in", ticket: { number: letter + count, date: today }, patient: "p", appointments: ["apt-" + letter + count], language: "en", call_as: "number", details: "yes", insurance: "yes",
});
const stopped = (reason) => ({ kind: "stopped", reason, step: "find", patient: null, appointments: [], language: "en" });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const lobby = new Kiosk("lobby"), annex = new Kiosk("annex");
annex.clock = -5 * 60000;
const foreign = [], faults = [];
async function signIn(name) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on("request", (request) => { if (!request.url().startsWith(base)) foreign.push(request.url()); });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error" && /Content Security/.test(message.text())) faults.push(message.text()); });
  await page.goto(base + "/");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}
async function accessible(page, what, part = "html") {
  // The desk's policy lets in no script but its own, so axe comes as the browser's.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((part) => axe.run(part), part);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 90)).join(" | ")}`), [], what);
}
async function fits(page, what) {
  const wide = await page.evaluate(() => {
    const has = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= has) return [];
    return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > has).map((one) => one.outerHTML.slice(0, 90));
  });
  assert.deepEqual(wide, [], what);
}
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1) + " s";
try {
  lobby.run();
  await annex.say();
  const annexSpoke = Date.now();
  await lobby.report(checkedIn(1, "A"), checkedIn(2, "A"), checkedIn(3, "A"), stopped("not-found"), stopped("too-late"), { kind: "walked-away", step: "birth-date" }, { kind: "walked-away", step: "birth-date" }, { kind: "walked-away", step: "insurance" });

  const ana = await signIn("ana"), list = await ana.context().newPage();
  await list.goto(base + "/");
  await ana.goto(base + "/kiosks");
  const card = (page, id) => page.locator("#kiosk-" + id);
  await card(ana, "lobby").getByText("Working", { exact: true }).waitFor();
  await card(ana, "lobby").getByText("Today: 3 checked in, 2 stopped, 3 walked away.").waitFor();
  await card(ana, "lobby").getByText("Walked away at: Date of birth (2); Insurance").waitFor();
  await card(ana, "annex").locator(".troubles").getByText("Its clock is 5 min slow: check-ins are still in order").waitFor();
  await card(ana, "stairs").getByText("Not heard yet").waitFor();
  assert.equal(await ana.getByText("A new kiosk").count(), 0, "not for this role");
  await ana.screenshot({ path: join(out, "kiosks-1280.png"), fullPage: true });
  await accessible(ana, "kiosks");
  held("each kiosk says how it is, and a wrong clock in words");

  let began = Date.now();
  await lobby.change({ printer: { is: "failed", why: "out of paper" } });
  const bar = list.locator("#alarms .alarm");
  await bar.getByText("Kiosk lobby (Main lobby, by the entrance): printer: out of paper").waitFor({ timeout: 3000 });
  held(`out of paper is on top of the list after ${seconds(began)}`);
  await card(ana, "lobby").getByText("Needs somebody", { exact: true }).waitFor();
  await list.screenshot({ path: join(out, "kiosks-alarm-list-1280.png") });
  await accessible(list, "an alarm on top of the list", "#alarms");
  await ana.locator("#alarms").getByRole("button", { name: /^Seen/ }).click();
  await bar.waitFor({ state: "detached" });
  await card(ana, "lobby").getByText(/Seen by ana at/).waitFor();
  assert.equal(new URL(list.url()).pathname, "/");
  held("seen by one is quiet for all, and stays at the kiosk");
  await lobby.change({ printer: { is: "failed", why: "the cover is open" } });
  await bar.getByText("Kiosk lobby (Main lobby, by the entrance): printer: the cover is open").waitFor();
  await lobby.change({ printer: { is: "ready" } });
  await bar.waitFor({ state: "detached" });
  await card(ana, "lobby").getByText("Working", { exact: true }).waitFor();
  held("another fault is another alarm, and it ends by itself");

  await card(ana, "lobby").getByText("Out of service at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Why, for patients").fill("Closed for cleaning");
  // What happens meanwhile disturbs nobody who types.
  await lobby.report(checkedIn(4, "A"));
  await card(ana, "lobby").getByText("Today: 4 checked in").waitFor();
  assert.equal(await card(ana, "lobby").getByLabel("Why, for patients").inputValue(), "Closed for cleaning");
  began = Date.now();
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("Patients are sent to the desk since").waitFor();
  const order = lobby.heard.at(-1);
  assert.deepEqual(order.what, { kind: "out-of-service", text: "Closed for cleaning" });
  assert.ok(order.at - began < 1000, `${order.at - began} ms`);
  held(`an order reaches the kiosk after ${order.at - began} ms`);
  await card(ana, "lobby").getByText("done at").waitFor();
  await ana.screenshot({ path: join(out, "kiosks-out-1280.png"), fullPage: true });
  await card(ana, "lobby").getByRole("button", { name: "Back in service at kiosk lobby" }).click();
  await card(ana, "lobby").getByText("Working", { exact: true }).waitFor();
  assert.equal(lobby.heard.at(-1).what.kind, "in-service");
  held("and back in service");
  await card(ana, "lobby").getByText("Print again at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Ticket of today").fill("99");
  await ana.keyboard.press("Enter");
  await ana.getByRole("alert").getByText("This kiosk did not give out that ticket today.").waitFor();
  assert.equal(await card(ana, "lobby").getByLabel("Ticket of today").inputValue(), "99", "what was typed is still there");
  await card(ana, "lobby").getByLabel("Ticket of today").fill("2");
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("Print A2 again").waitFor();
  await card(ana, "lobby").getByText("Message at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Shown to whoever is there now").fill("Please come to desk 2");
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("“Please come to desk 2”").waitFor();
  await ana.waitForFunction(() => !document.querySelector("#now-lobby").textContent.includes("not done yet"));
  assert.deepEqual(lobby.heard.slice(-2).map((one) => one.what), [{ kind: "print-again", ticket: { number: "A2", date: today } }, { kind: "say", text: "Please come to desk 2" }]);
  held("a ticket is printed again, a message is shown, what makes no sense is said");

  await list.goto(base + "/visit?appointment=apt-A1");
  await list.getByRole("heading", { name: "At kiosk lobby" }).waitFor();
  await list.getByLabel("Message on its screen").fill("You left your card here");
  const shown = await list.locator("#panel").getAttribute("data-revision");
  await lobby.report(checkedIn(5, "A"));
  await list.waitForFunction((shown) => document.querySelector("#panel").dataset.revision !== shown, shown);
  assert.equal(await list.getByLabel("Message on its screen").inputValue(), "You left your card here", "typing goes on while the page follows");
  await list.keyboard.press("Enter");
  await list.waitForFunction(() => document.querySelector("#kiosk-say").value === "");
  await list.getByRole("button", { name: "Print A1 again at the kiosk" }).click();
  await list.locator("#said").getByText("Print A1 again at the kiosk").waitFor({ state: "attached" });
  await card(ana, "lobby").getByText(/Print A1 again \(ana, .*\): done at/).waitFor();
  assert.deepEqual(lobby.heard.slice(-2).map((one) => one.what), [{ kind: "say", text: "You left your card here" }, { kind: "print-again", ticket: { number: "A1", date: today } }]);
  await accessible(list, "at the kiosk", "section[aria-labelledby=h-kiosk]");
  await list.locator("#h-kiosk").scrollIntoViewIfNeeded();
  await list.screenshot({ path: join(out, "kiosks-visit-1280.png") });
  await list.goto(base + "/");
  held("a person's page has their kiosk print and say something");

  const abe = await signIn("abe");
  await abe.goto(base + "/kiosks");
  await abe.getByLabel("Name, such as lobby").fill("lobby");
  await abe.getByLabel("Letter of its tickets").fill("E");
  await abe.keyboard.press("Enter");
  await abe.getByRole("alert").getByText("There is a kiosk lobby already.").waitFor();
  await abe.getByLabel("Name, such as lobby").fill("upstairs");
  await abe.getByLabel("Where it stands", { exact: true }).fill("2nd floor");
  await abe.keyboard.press("Enter");
  await abe.getByRole("heading", { name: "Kiosk upstairs is let in" }).waitFor();
  const lines = await abe.getByLabel("Lines for kiosk.toml").inputValue();
  tokens.upstairs = lines.match(/^kiosk = "upstairs"\nletter = "E"\ntoken = "([0-9a-f]{64})"$/)[1];
  await accessible(abe, "a new kiosk");
  await abe.screenshot({ path: join(out, "kiosks-token-1280.png") });
  await new Kiosk("upstairs").say();
  await abe.getByRole("link", { name: "It is written down" }).click();
  await card(abe, "upstairs").getByText("Working", { exact: true }).waitFor();
  assert.ok(!(await abe.content()).includes(tokens.upstairs), "it was shown once");
  await card(ana, "upstairs").waitFor();
  held("a new kiosk is let in, its token is shown once, and other pages show it without a reload");
  await card(abe, "upstairs").getByText("More at kiosk upstairs").click();
  await card(abe, "upstairs").getByText("Another token… at kiosk upstairs").click();
  await abe.screenshot({ path: join(out, "kiosks-admin-1280.png"), fullPage: true });
  await accessible(abe, "kiosks for admins");
  await abe.setViewportSize({ width: 360, height: 740 });
  await fits(abe, "360 px");
  await abe.screenshot({ path: join(out, "kiosks-360.png"), fullPage: true });
  await abe.setViewportSize({ width: 1280, height: 900 });
  await card(abe, "upstairs").getByRole("button", { name: /^Yes, make another token/ }).click();
  await abe.getByText("the token of before is no longer taken").waitFor();
  await assert.rejects(new Kiosk("upstairs").say());
  held("another token shuts the one before out");

  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 640 }, storageState: await ana.context().storageState() });
  const still = await plain.newPage();
  await still.goto(base + "/kiosks");
  await still.locator("#d-say-lobby summary").click();
  await still.locator("#say-lobby").fill("Nearly done");
  await still.keyboard.press("Enter");
  await still.locator("#now-lobby").getByText("“Nearly done”").waitFor();
  // 1280 px at 400 % are 320.
  await still.screenshot({ path: join(out, "kiosks-320.png"), fullPage: true });
  held("works without a script");
  await ana.setViewportSize({ width: 320, height: 640 });
  await fits(ana, "400 %");
  await ana.setViewportSize({ width: 1280, height: 900 });

  assert.equal(spawned(["kiosk", "list", "--check"]).status, 0);
  await bar.getByText("Kiosk annex (Riverside annex): silent since").waitFor({ timeout: 90000 });
  held(`silence is an alarm ${seconds(annexSpoke)} after the last word`);
  await card(ana, "annex").locator(".standing").getByText("Silent", { exact: true }).waitFor();
  const checked = spawned(["kiosk", "list", "--check"]);
  assert.equal(checked.status, 2);
  assert.match(checked.stdout, /^annex {2}B {2}silent {2}heard \S+ {2}silent since .*Riverside annex$/m);
  await ana.screenshot({ path: join(out, "kiosks-silent-1280.png"), fullPage: true });
  began = Date.now();
  await annex.say();
  await bar.filter({ hasText: "annex" }).waitFor({ state: "detached", timeout: 3000 });
  held(`and over ${seconds(began)} after the next one`);
  assert.deepEqual([foreign, faults], [[], []]);
  held("nothing from elsewhere, no script faults, no policy breaches");
} finally {
  lobby.stop?.abort();
  await browser.close();
  server.kill("SIGTERM");
}
