// Pages that lock: the warning, what is left of the page, who is alerted and how soon, and the way back. See README.md beside this file.
import assert from "node:assert/strict";
import { audit, dayList, fits, held, look, picture, seconds, startBrowser, startDesk, stopped } from "./harness.mjs";

// The shortest session there is; it is warned of half way.
const desk = await startDesk({
  users: { ana: "desk", ben: "desk", abe: "admin" }, kiosks: { lobby: ["--letter", "A", "--place", "Main lobby, by the entrance"] },
  toml: "session_idle_minutes = 1\n",
});
const { base, report } = desk;
const { browser, open, typePassword, signIn, play } = await startBrowser(desk);
const SAYS = "A patient feels unwell at Main lobby, by the entrance (kiosk lobby)";
const VISIT = base + "/visit?appointment=apt-0001";
// Everyone whose name could be on a page.
const cells = (line) => line.match(/("[^"]*"|[^,]*)(?:,|$)/g).map((cell) => cell.replace(/,$/, ""));
const [heads, ...lines] = dayList().trim().split("\n").map(cells);
const names = [...new Set(lines.flatMap((line) => ["given_name", "family_name"].map((head) => line[heads.indexOf(head)])))].filter((name) => name && name.length > 2);
assert.ok(names.length > 50, `${names.length} names`);
async function namesNoOne(page) {
  const html = await page.evaluate(() => document.documentElement.outerHTML);
  const found = names.filter((name) => new RegExp("(^|[^\\p{L}])" + name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + "([^\\p{L}]|$)", "u").test(html));
  assert.deepEqual(found, [], html.slice(0, 2000));
}
// Every tone that a page starts, with what its browser makes of it then.
const listen = (context) => context.addInitScript(() => {
  window.tones = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...when) { window.tones.push(this.context.state); return start.apply(this, when); };
});
async function sounds(page, what) {
  await page.waitForFunction(() => window.tones.length >= 3, null, { timeout: 5000 });
  assert.deepEqual([...new Set(await page.evaluate(() => window.tones))], ["running"], what);
}
const SENTENCE = /^This page locks in \d+ seconds\. To keep working, press Stay signed in\.$/;
// What a screen reader is given to say before a lock, and when.
const hearken = (page) => page.evaluate(() => {
  window.spoken = [];
  const said = document.getElementById("locking-said");
  const heard = () => { if (said.textContent) window.spoken.push({ text: said.textContent, left: Number(said.textContent.match(/\d+/)), focus: document.activeElement.id, at: Date.now() }); };
  new MutationObserver(heard).observe(said, { childList: true, characterData: true, subtree: true });
});
const quiet = (page) => page.evaluate(() => { window.tones.length = 0; });
// From the kiosk's report until the page shows it, by the page itself: it and this program have one clock.
async function alerted(page, what) {
  await page.evaluate(() => {
    const bar = document.getElementById("unwell");
    window.shownAt = new Promise((shown) => new MutationObserver(() => { if (!bar.hidden) shown(Date.now()); }).observe(bar, { attributes: true }));
  });
  const began = Date.now();
  await report(stopped("feels-unwell", ["apt-0001"]));
  const took = (await page.evaluate(() => window.shownAt)) - began;
  await page.locator("#unwell").getByText(SAYS).waitFor({ timeout: 1000 });
  assert.ok(took < 1000, `${took} ms`);
  held(`${what} after ${took} ms`);
}
const locked = (page, timeout = 90000) => page.getByRole("heading", { name: "Locked" }).waitFor({ timeout });
const live = (page) => page.getByText("Live", { exact: true }).waitFor();

await play(async () => {
  const page = await open(), context = page.context();
  await listen(context);
  await page.goto(base + "/");
  await typePassword(page, "ana");
  await live(page);
  const list = await context.newPage();
  await list.goto(base + "/");
  await live(list);
  await page.goto(VISIT);
  await live(page);
  await namesNoOne(list).then(() => assert.fail("the list names people"), () => {});

  // Whoever worked in a page has touched it, so it may sound.
  await page.locator("#note-text").click();
  await hearken(page);
  // Nobody works: both pages lock, and nothing of anyone stays in them. The document is the same one, so it still has what was spoken before.
  let began = Date.now();
  await locked(page);
  await locked(list, 10000);
  assert.ok(Date.now() - began > 45000, "not before its time");
  const spoken = await page.evaluate(() => window.spoken);
  assert.ok(spoken.length === 1 && SENTENCE.test(spoken[0].text) && spoken[0].left >= 28 && spoken[0].left <= 30, JSON.stringify(spoken));
  assert.equal(spoken[0].focus, "note-text", "the warning takes no focus");
  held(`both pages of the browser are locked after ${seconds(began)} without work`);
  for (const one of [page, list]) await namesNoOne(one);
  assert.equal(await page.title(), "Locked - Arrivals desk");
  assert.equal(await page.evaluate(() => document.activeElement.id), "name");
  await quiet(page);
  await alerted(page, "a locked page says where a patient feels unwell");
  await list.locator("#unwell").getByText(SAYS).waitFor({ timeout: 1000 });
  await sounds(page, "the locked page sounds");
  for (const one of [page, list]) await namesNoOne(one);
  await look(page, "locked", [1280, 390]);
  held("it sounds as an open page does, and names no one");

  // Somebody else goes there: the locked page hears that as well.
  const ben = await signIn("ben");
  await ben.locator("#needs .row.urgent").first().getByRole("button", { name: /^(Resolve|Acknowledge)/ }).click();
  await page.locator("#unwell").waitFor({ state: "hidden", timeout: 10000 });
  held("and it is quiet once somebody goes there");

  // The same browser, loaded again: it has heard no click yet, so its sound waits for one.
  await page.reload();
  await locked(page, 15000);
  assert.match(page.url(), /\/sign-in\?ended&back=/);
  await alerted(page, "a page that was loaded again after the session ended says so");
  await page.getByLabel("Name").click();
  await sounds(page, "the page that was loaded again sounds");
  await namesNoOne(page);
  await page.reload();
  await page.locator("#unwell").getByText(SAYS).waitFor();
  await audit(page, "loaded again");
  await page.screenshot({ path: picture("locked-again-1280") });
  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const still = await plain.newPage();
  await still.goto(base + "/sign-in?ended");
  await still.locator("#unwell").getByText(SAYS).waitFor();
  const stranger = await open();
  await stranger.goto(base + "/sign-in?ended");
  assert.equal(await stranger.locator("#unwell").count() + await stranger.locator("script").count(), 0, "a stranger hears nothing");
  assert.equal((await stranger.request.get(base + "/watch")).status(), 401);
  held("it is there before any script, and not for a stranger's browser");

  await typePassword(page, "nobody");
  await page.locator("#unwell").getByText(SAYS).waitFor();
  await typePassword(page, "ana");
  await page.waitForURL(VISIT);
  await live(page);
  await page.getByRole("heading", { name: /Alfonso Dietrich/ }).waitFor();
  await page.locator("#unwell").getByText("Main lobby").waitFor();
  await live(list);
  assert.equal(list.url(), base + "/");
  held("signing in leads back to the same page, and the other page goes back by itself");

  // An admin sets two minutes; it counts at once, and the warning is a minute before the lock.
  const abe = await signIn("abe");
  await abe.goto(base + "/settings/part?part=session");
  await abe.getByLabel("Lock after this many minutes without work").fill("2");
  await abe.keyboard.press("Enter");
  await abe.getByRole("link", { name: "Review and publish" }).click();
  await abe.getByText("Lock after this many minutes without work").waitFor();
  await abe.screenshot({ path: picture("lock-setting-1280") });
  await abe.getByRole("button", { name: "Publish" }).click();
  await hearken(page);
  await page.locator("#note-text").focus();
  await page.keyboard.press("Shift");
  began = Date.now();
  await page.locator("#locking").waitFor({ timeout: 90000 });
  await list.locator("#locking").waitFor({ timeout: 10000 });
  await page.waitForFunction(() => Number(document.getElementById("locking-left").textContent) <= 56);
  assert.match(await page.locator("#locking").innerText(), /Locking in \d+ seconds/);
  const warned = await page.evaluate(() => window.spoken);
  assert.ok(warned.length === 1 && SENTENCE.test(warned[0].text) && warned[0].left >= 58 && warned[0].left <= 60, JSON.stringify(warned));
  assert.equal(warned[0].focus, "note-text");
  const waited = warned[0].at - began;
  assert.ok(waited > 45000 && waited < 75000, `${waited} ms`);
  held(`with two minutes set on the settings page the warning comes a minute before the lock, ${(waited / 1000).toFixed(1)} s after the last key; it is spoken once and takes no focus`);
  await page.getByRole("button", { name: "Stay signed in" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#locking").waitFor({ state: "hidden" });
  await list.locator("#locking").waitFor({ state: "hidden", timeout: 10000 });
  assert.equal(await page.evaluate(() => document.activeElement.id), "note-text", "the focus goes back to where it was");
  held("its button keeps every page of the browser, and the focus goes back to where it was");
  await page.locator("#locking").waitFor({ timeout: 90000 });
  await audit(page, "the warning");
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    await page.screenshot({ path: picture(`locking-${width}`) });
    await fits(page, `the warning at ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.getByRole("button", { name: "Stay signed in" }).click();
  await page.locator("#locking").waitFor({ state: "hidden" });

  // Signing out is leaving: nothing of the browser hears anything any more.
  await list.getByRole("button", { name: "Sign out" }).click();
  await list.waitForURL(base + "/sign-in");
  assert.equal(await list.locator("#unwell").count(), 0);
  await page.getByLabel("Password").waitFor({ timeout: 15000 });
  await page.getByText("You are signed out.").waitFor();
  assert.equal(await page.locator("#unwell").count(), 0);
  await namesNoOne(page);
  assert.equal((await page.request.get(base + "/watch")).status(), 401);
  held("after signing out no page of the browser hears anything");
});
