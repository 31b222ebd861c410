// The page of the kiosks in Chromium. See README.md beside this file.
import assert from "node:assert/strict";
import * as harness from "./harness.mjs";
import { audit, fits, held, picture, seconds, today } from "./harness.mjs";

// The shortest silence there is, so that the story takes little more than a minute.
const desk = await harness.startDesk({
  users: { ana: "desk", abe: "admin" }, list: null,
  kiosks: { lobby: ["--letter", "A", "--place", "Main lobby, by the entrance"], annex: ["--letter", "B", "--place", "Riverside annex"], stairs: ["--letter", "C"] },
  toml: '[clinic]\nname = "Mill Street Clinic"\n[clinic.kiosks]\nsilent_after_seconds = 60\n',
});
const { base, tokens, spawned } = desk;
const { browser, watch, signIn, play } = await harness.startBrowser(desk);

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
const checkedIn = (count, letter) => harness.checkedIn(letter + count, ["apt-" + letter + count]);
const stopped = (reason) => harness.stopped(reason);
const lobby = new Kiosk("lobby"), annex = new Kiosk("annex");
annex.clock = -5 * 60000;
await play(async () => {
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
  await card(ana, "annex").locator(".troubles").getByText("Its clock is 5 min slow. Check-ins are still in order").waitFor();
  await card(ana, "stairs").getByText("Not seen yet").waitFor();
  assert.equal(await ana.getByText("Enroll a kiosk").count(), 0, "not for this role");
  await ana.screenshot({ path: picture("kiosks-1280"), fullPage: true });
  await audit(ana, "kiosks");
  held("each kiosk says how it is, and a wrong clock in words");

  let began = Date.now();
  await lobby.change({ printer: { is: "failed", why: "out of paper" } });
  const bar = list.locator("#alarms .alarm");
  await bar.getByText("Kiosk lobby (Main lobby, by the entrance): printer: out of paper").waitFor({ timeout: 3000 });
  held(`out of paper is on top of the list after ${seconds(began)}`);
  await card(ana, "lobby").getByText("Needs attention", { exact: true }).waitFor();
  await list.screenshot({ path: picture("kiosks-alarm-list-1280") });
  await audit(list, "an alarm on top of the list", "#alarms");
  await ana.locator("#alarms").getByRole("button", { name: /^Acknowledge/ }).click();
  await bar.waitFor({ state: "detached" });
  await card(ana, "lobby").getByText(/Acknowledged by ana at/).waitFor();
  assert.equal(new URL(list.url()).pathname, "/");
  held("seen by one is quiet for all, and stays at the kiosk");
  await lobby.change({ printer: { is: "failed", why: "the cover is open" } });
  await bar.getByText("Kiosk lobby (Main lobby, by the entrance): printer: the cover is open").waitFor();
  await lobby.change({ printer: { is: "ready" } });
  await bar.waitFor({ state: "detached" });
  await card(ana, "lobby").getByText("Working", { exact: true }).waitFor();
  held("another fault is another alarm, and it ends by itself");

  await card(ana, "lobby").getByText("Out of service at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Message for patients").fill("Closed for cleaning");
  // What happens meanwhile disturbs nobody who types.
  await lobby.report(checkedIn(4, "A"));
  await card(ana, "lobby").getByText("Today: 4 checked in").waitFor();
  assert.equal(await card(ana, "lobby").getByLabel("Message for patients").inputValue(), "Closed for cleaning");
  began = Date.now();
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("Sending patients to the desk since").waitFor();
  const order = lobby.heard.at(-1);
  assert.deepEqual(order.what, { kind: "out-of-service", text: "Closed for cleaning" });
  assert.ok(order.at - began < 1000, `${order.at - began} ms`);
  held(`an order reaches the kiosk after ${order.at - began} ms`);
  await card(ana, "lobby").getByText("done at").waitFor();
  await ana.screenshot({ path: picture("kiosks-out-1280"), fullPage: true });
  await card(ana, "lobby").getByRole("button", { name: "Back in service at kiosk lobby" }).click();
  await card(ana, "lobby").getByText("Working", { exact: true }).waitFor();
  assert.equal(lobby.heard.at(-1).what.kind, "in-service");
  held("and back in service");
  await card(ana, "lobby").getByText("Print again at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Today's ticket").fill("99");
  await ana.keyboard.press("Enter");
  await ana.getByRole("alert").getByText("This kiosk did not give out that ticket today.").waitFor();
  assert.equal(await card(ana, "lobby").getByLabel("Today's ticket").inputValue(), "99", "what was typed is still there");
  await card(ana, "lobby").getByLabel("Today's ticket").fill("2");
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("Print A2 again").waitFor();
  await card(ana, "lobby").getByText("Message at kiosk lobby").click();
  await card(ana, "lobby").getByLabel("Shown to the person at the kiosk now").fill("Please come to desk 2");
  await ana.keyboard.press("Enter");
  await card(ana, "lobby").getByText("“Please come to desk 2”").waitFor();
  await ana.waitForFunction(() => !document.querySelector("#now-lobby").textContent.includes("pending"));
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
  await audit(list, "at the kiosk", "section[aria-labelledby=h-kiosk]");
  await list.locator("#h-kiosk").scrollIntoViewIfNeeded();
  await list.screenshot({ path: picture("kiosks-visit-1280") });
  await list.goto(base + "/");
  held("a person's page has their kiosk print and say something");

  const abe = await signIn("abe");
  await abe.goto(base + "/kiosks");
  assert.equal(await abe.getByLabel("Ticket prefix").inputValue(), "E", "the next that is free");
  await abe.getByLabel("Name (for example, lobby)").fill("lobby");
  await abe.getByLabel("Ticket prefix").fill("AB");
  await abe.keyboard.press("Enter");
  await abe.getByRole("alert").getByText("Kiosk lobby already exists.").waitFor();
  await abe.getByLabel("Name (for example, lobby)").fill("upstairs");
  await abe.getByLabel("Location", { exact: true }).fill("2nd floor");
  await abe.keyboard.press("Enter");
  await abe.getByRole("heading", { name: "Kiosk upstairs is enrolled" }).waitFor();
  const lines = await abe.getByLabel("Lines for kiosk.toml").inputValue();
  tokens.upstairs = lines.match(/^kiosk = "upstairs"\nletter = "AB"\ntoken = "([0-9a-f]{64})"$/)[1];
  await audit(abe, "a new kiosk");
  await abe.screenshot({ path: picture("kiosks-token-1280") });
  await new Kiosk("upstairs").say();
  await abe.getByRole("link", { name: "I saved it" }).click();
  await card(abe, "upstairs").getByText("Working", { exact: true }).waitFor();
  assert.ok(!(await abe.content()).includes(tokens.upstairs), "it was shown once");
  await card(ana, "upstairs").waitFor();
  held("a new kiosk is let in, its token is shown once, and other pages show it without a reload");
  await card(abe, "upstairs").getByText("More at kiosk upstairs").click();
  await card(abe, "upstairs").getByText("Replace token… at kiosk upstairs").click();
  await abe.screenshot({ path: picture("kiosks-admin-1280"), fullPage: true });
  await audit(abe, "kiosks for admins");
  await abe.setViewportSize({ width: 360, height: 740 });
  await fits(abe, "360 px");
  await abe.screenshot({ path: picture("kiosks-360"), fullPage: true });
  await abe.setViewportSize({ width: 1280, height: 900 });
  await card(abe, "upstairs").getByRole("button", { name: /^Yes, replace token/ }).click();
  await abe.getByText("the old token no longer works").waitFor();
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
  await still.screenshot({ path: picture("kiosks-320"), fullPage: true });
  held("works without a script");
  await ana.setViewportSize({ width: 320, height: 640 });
  await fits(ana, "400 %");
  await ana.setViewportSize({ width: 1280, height: 900 });

  assert.equal(spawned(["kiosk", "list", "--check"]).status, 0);
  await bar.getByText("Kiosk annex (Riverside annex): offline since").waitFor({ timeout: 90000 });
  held(`silence is an alarm ${seconds(annexSpoke)} after the last word`);
  await card(ana, "annex").locator(".standing").getByText("Offline", { exact: true }).waitFor();
  const checked = spawned(["kiosk", "list", "--check"]);
  assert.equal(checked.status, 2);
  assert.match(checked.stdout, /^annex {2}B {2}offline {2}last seen \S+ {2}offline since .*Riverside annex$/m);
  await ana.screenshot({ path: picture("kiosks-silent-1280"), fullPage: true });
  began = Date.now();
  await annex.say();
  await bar.filter({ hasText: "annex" }).waitFor({ state: "detached", timeout: 3000 });
  held(`and over ${seconds(began)} after the next one`);
}, () => lobby.stop?.abort());
