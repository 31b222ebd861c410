// The desk's page in Chromium. See README.md beside this file.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import * as harness from "./harness.mjs";
import { audit, fits, held, picture, stopped, today } from "./harness.mjs";

const desk = await harness.startDesk({ kiosks: { lobby: ["--letter", "A", "--place", "Main lobby, by the entrance"] } });
const { base, file, run, tokens, report, lastSeq, end } = desk;
const { browser, open, typePassword, play } = await harness.startBrowser(desk);
let count = 0;
const checkedIn = (id, more) => harness.checkedIn("A" + ++count, [id], more);
await play(async () => {
  const page = await open(), context = page.context();
  await page.goto(base + "/");
  await page.screenshot({ path: picture("sign-in-1280") });
  await typePassword(page, "ana");
  await page.getByText("Live", { exact: true }).waitFor();
  held("signs in with the keyboard and is live");

  await report(checkedIn("apt-0001"), 14);
  await report(checkedIn("apt-0004", { language: "es", call_as: "first-name", insurance: "ask-the-desk" }), 9);
  await report(checkedIn("apt-0007"), 6);
  await report(checkedIn("apt-0012", { details: "ask-the-desk", insurance: "ask-the-desk", language: "ar" }), 5);
  await report(stopped("too-late", ["apt-0003"]), 4);
  await report(stopped("asked-for-help"), 3);
  await report(stopped("not-found", [], "es"), 2);
  const began = Date.now();
  await report(checkedIn("apt-0002"));
  await page.locator("#row-apt-0002").getByText("A5").waitFor({ timeout: 1000 });
  held("an arrival appears without a reload after " + (Date.now() - began) + " ms");
  await report({ kind: "ticket-printed", ticket: { number: "A3", date: today }, outcome: { failed: "no-paper" }, appointments: ["apt-0007"] });
  await report(checkedIn("not-on-list"));
  await page.screenshot({ path: picture("list-1280") });
  await report(stopped("feels-unwell"));
  const first = page.locator("#needs .row").first();
  await first.getByText("Feels unwell: go to them now — Main lobby, by the entrance (kiosk lobby)").waitFor({ timeout: 1000 });
  await page.screenshot({ path: picture("unwell-1280") });
  assert.match(await page.title(), /^\(\d+\) /);
  await first.getByRole("button", { name: /^Resolve/ }).click();
  await page.locator("#day[data-urgent='0']").waitFor();
  held("somebody unwell is on top until somebody takes care");

  const asks = "walk-in-" + today + "-A90";
  await report({
    kind: "walked-in", ticket: { number: "A90", date: today }, appointment: asks, given_name: "Zoë", family_name: "Quick", birth_date: "1990-02-03",
    category: "other", language: "ar", call_as: "first-name", companion: "Max Quick",
  });
  await report(checkedIn("apt-0006", { companion: "Rosa Example", documents: { needed: ["referral", "photo-identity"], brought: true } }));
  await report(checkedIn("apt-0009", { documents: { needed: ["photo-identity"], brought: false } }));
  await report({ kind: "code-refused", reason: "code-expired", language: "en" });
  await report({ kind: "code-refused", reason: "code-forged", language: "es" });
  const request = page.locator("[id='row-" + asks + "']");
  await request.getByText("With: Max Quick").waitFor();
  await page.getByText("Missing: photo ID").waitFor();
  await page.getByText("check the letter — Main lobby").waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: picture("walk-in-1280") });
  await request.getByRole("button", { name: /^Accept:/ }).click();
  await page.locator("#waiting").getByText("Accepted by ana").waitFor();
  await request.getByRole("button", { name: /^Undo:/ }).click();
  await page.locator("#needs").getByText("Zoë Quick").waitFor();
  await request.getByRole("button", { name: /^Decline:/ }).click();
  await page.locator("#closed").getByText("Declined").waitFor({ state: "attached" });
  await page.locator("#closed summary").click();
  await page.getByText("Code on the letter has expired, once").waitFor();
  await page.locator("#h-codes").scrollIntoViewIfNeeded();
  await page.screenshot({ path: picture("closed-1280") });
  await request.getByRole("button", { name: /^Undo decline:/ }).click();
  await page.locator("#needs").getByText("Zoë Quick").waitFor();
  held("a walk-in is accepted, declined, and both are taken back");

  const row = page.locator("#row-apt-0002"), press = (name) => row.getByRole("button", { name }).click();
  await press(/^Call:/);
  await page.locator("#called #row-apt-0002").waitFor();
  await press(/^Done:/);
  await page.locator("#closed #row-apt-0002").waitFor({ state: "attached" });
  await press(/^Undo complete:/);
  await page.locator("#called #row-apt-0002").waitFor();
  await press(/^Undo call:/);
  await page.locator("#waiting #row-apt-0002").waitFor();
  await press(/^Undo acknowledge:/);
  await row.getByRole("button", { name: /^Acknowledge:/ }).waitFor();
  held("seen, call, done and undo");

  await row.getByRole("button", { name: /^Acknowledge:/ }).focus();
  await page.keyboard.press("Enter");
  await row.getByText("Acknowledged by ana").waitFor();
  // Asked of the page at once: a row that was found may have been replaced a moment later.
  const staysInRow = () => page.evaluate(() => document.activeElement.closest("#row-apt-0002") !== null);
  assert.ok(await staysInRow(), "the focus stays in the row");
  await report(checkedIn("apt-0005"));
  await page.locator("#waiting #row-apt-0005").waitFor();
  assert.ok(await staysInRow(), "and survives an update");
  await page.keyboard.press("/");
  await page.keyboard.type("lucio a2");
  assert.equal(await page.locator(".row:visible").count(), 1);
  await page.screenshot({ path: picture("filter-1280") });
  await page.keyboard.press("Escape");
  held("works with the keyboard alone, and the filter finds by name and ticket");

  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
    const [scroll, client] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    assert.ok(scroll <= client, `no sideways scroll at ${width}: ${scroll} > ${client}`);
    if (width === 360) await page.screenshot({ path: picture("list-360") });
  }
  held("no sideways scroll at 360 and 1280 px");

  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 740 }, storageState: await context.storageState() });
  const still = await plain.newPage();
  await still.goto(base + "/");
  await still.locator("#row-apt-0001").getByRole("button", { name: /^Acknowledge:/ }).click();
  await still.locator("#row-apt-0001").getByText("Acknowledged by ana").waitFor();
  held("works without a script");
  await page.locator("#row-apt-0001").getByText("Acknowledged by ana").waitFor({ timeout: 1000 });
  held("two pages agree");

  for (const id of ["apt-0013", "apt-0016", "apt-0018"]) await report(checkedIn(id));
  const second = await context.newPage();
  await second.goto(base + "/");
  for (const one of [page, second]) await one.getByRole("heading", { name: "Vaccination 4 waiting" }).waitFor();
  // Each button names the same person: one call, and the other page says who was faster.
  const before = await page.locator("#called .row").count();
  const button = (one) => one.locator("#next-Vaccination");
  const [named] = (await button(page).innerText()).match(/A\d+/);
  assert.equal(await button(second).innerText(), await button(page).innerText());
  // Pressed in the same moment, before either page hears of the other.
  await Promise.all([page, second].map((one) => button(one).evaluate((it) => it.form.requestSubmit())));
  const says = named + " was just called by ana.";
  await page.waitForFunction((before) => document.querySelectorAll("#called .row").length === before + 1, before);
  const failed = await Promise.all([page, second].map(async (one) => {
    await one.getByRole("heading", { name: "Vaccination 3 waiting" }).waitFor();
    return (await one.locator("#failed").isVisible()) ? one.locator("#failed").innerText() : "";
  }));
  assert.deepEqual(failed.filter(Boolean), [says], JSON.stringify(failed));
  assert.equal(await page.locator("#called .row").count(), before + 1);
  for (const one of [page, second]) assert.ok(!(await button(one).innerText()).includes(named + " ") && !(await button(one).innerText()).endsWith(named));
  await page.screenshot({ path: picture("call-next-both-1280") });
  held("two who press the same Call next call one person, the second hears who did, and both buttons name the next one");
  await button(second).click();
  await page.getByRole("heading", { name: "Vaccination 2 waiting" }).waitFor();
  const more = page.locator("#more-apt-0018");
  await more.locator("summary").focus();
  await page.keyboard.press("Enter");
  await page.locator("#keep-apt-0018").uncheck();
  await page.locator("#queue-apt-0018").selectOption("Cardiology");
  await report(checkedIn("apt-0022"));
  await page.locator("#waiting #row-apt-0022").waitFor();
  assert.equal(await page.locator("#queue-apt-0018").inputValue(), "Cardiology", "what was chosen stays when the list changes");
  assert.equal(await page.locator("#keep-apt-0018").isChecked(), false);
  await page.locator("#row-apt-0018").scrollIntoViewIfNeeded();
  await page.screenshot({ path: picture("queue-1280") });
  await page.setViewportSize({ width: 360, height: 740 });
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok(wide <= room, `no sideways scroll with the steps open at 360: ${wide} > ${room}`);
  await page.locator("#row-apt-0018").scrollIntoViewIfNeeded();
  await page.screenshot({ path: picture("queue-360") });
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.locator("#hold-apt-0018").focus();
  await page.keyboard.press("Enter");
  await page.locator("#held #row-apt-0018").waitFor();
  held("the steps of a queue work with the keyboard alone");
  // A page that has not heard yet says what happened instead of doing something else.
  const late = await browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
  const stale = await late.newPage();
  await stale.goto(base + "/");
  await page.locator("#row-apt-0018").getByRole("button", { name: /^Back in line:/ }).click();
  await page.locator("#waiting #row-apt-0018").waitFor();
  await stale.locator("#row-apt-0018").getByRole("button", { name: /^Back in line:/ }).click();
  await stale.getByRole("alert").getByText("Someone else just updated this.").waitFor();
  held("a stale page says that somebody was faster");
  await second.close();

  const letter = page.locator("#expected form[action='/letter']").first();
  const [popup] = await Promise.all([context.waitForEvent("page"), letter.getByRole("button", { name: /^Letter as PDF/ }).click()]);
  await popup.close();
  const made = await page.request.get(base + "/letter?appointment=apt-0020");
  assert.equal(made.headers()["content-type"], "application/pdf");
  assert.match(made.headers()["content-disposition"], /filename="appointment-apt-0020.pdf"/);
  assert.equal((await made.body()).subarray(0, 5).toString(), "%PDF-");
  held("a letter opens in a tab of its own");

  // Francine's card has another member number, and she photographed its front.
  const onFile = { payer: "UnitedHealthcare", member_id: "W412690038", group_id: "G31826", plan: "", end: "2026-12-31" };
  const proposal = { field: "insurance", old: onFile, new: { ...onFile, member_id: "W412690999" }, source: "typed", photos: ["front"] };
  await report(checkedIn("apt-0010", { details: "not-asked", insurance: "changed", proposals: [proposal] }));
  const scan = readFileSync("tests/data/cards/front.jpg");
  const name = `seq=${lastSeq()}&field=insurance&side=front&total=${scan.length}&hash=${createHash("blake2s256").update(scan).digest("hex")}`;
  for (let offset = 0; offset < scan.length; offset += 65536) {
    const sent = await fetch(`${base}/api/kiosk/photo?${name}&offset=${offset}`, {
      method: "POST", headers: { authorization: "Bearer " + tokens.lobby }, body: scan.subarray(offset, offset + 65536),
    });
    assert.equal(sent.status, 200);
    assert.equal((await sent.json()).whole, offset + 65536 >= scan.length);
  }
  const francine = page.locator("#row-apt-0010");
  await francine.getByText("New insurance card").waitFor();
  await francine.getByRole("link", { name: /1 change to review/ }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /Francine Veum/ }).waitFor();
  await page.screenshot({ path: picture("changes-1280"), fullPage: true });
  const photo = page.locator("img[src*='side=front']").first();
  assert.ok(await photo.evaluate(async (image) => { await image.decode(); return image.naturalWidth; }) > 1000, "the photo is shown");
  // Whoever presses Enter before they have read anything changes nothing.
  const atFocus = () => page.evaluate(() => document.activeElement.tagName + " " + document.activeElement.textContent.trim());
  assert.match(await atFocus(), /^H2 Francine Veum/);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  await page.waitForTimeout(300);
  assert.equal(await page.getByText("All changes reviewed.").count(), 0);
  assert.equal(await page.locator("main .primary").count(), 0, "no button stands out");
  // The card can be read while it is typed, whichever field has the focus.
  await page.locator(".change summary", { hasText: "Edit" }).click();
  for (const [width, height] of [[1280, 900], [1024, 768]]) {
    await page.setViewportSize({ width, height });
    for (const field of await page.locator("form[action='/changes/edit'] :is(input:not([type=hidden]), select, button)").all()) {
      await field.focus();
      await field.scrollIntoViewIfNeeded();
      const [beside, seen] = await Promise.all([field.boundingBox(), photo.boundingBox()]);
      const covered = await page.locator(".top").evaluate((top) => top.getBoundingClientRect().bottom);
      assert.ok(seen.y >= covered - 1 && seen.y + seen.height <= height, `${width}: the photo is in sight: ${JSON.stringify(seen)}, under ${covered}`);
      assert.ok(seen.x >= beside.x + beside.width, `${width}: beside what is typed`);
      assert.ok(seen.width >= 0.35 * width, `${width}: large enough to be read: ${seen.width}`);
    }
    await page.screenshot({ path: picture(`changes-edit-${width}`) });
  }
  await page.setViewportSize({ width: 390, height: 844 });
  await fits(page, "the editor at 390");
  await page.screenshot({ path: picture("changes-edit-390"), fullPage: true });
  await audit(page, "the editor");
  await page.setViewportSize({ width: 1280, height: 900 });
  held("a card is read beside the form in which it is typed");
  await page.reload();
  await page.getByRole("heading", { name: /Francine Veum/ }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assert.match(await atFocus(), /^BUTTON Accept all: 1 change/);
  await page.keyboard.press("Enter");
  await page.getByText("All changes reviewed.").waitFor();
  held("a changed member number is accepted with three keystrokes that lead to its button, beside the photo of the card");
  const csvs = [1, 2].map((n) => file(`changes-${n}.csv`));
  assert.match(run(["export-changes", "--out", csvs[0]]), /batch 1: 1 change$/);
  assert.equal(readFileSync(csvs[0], "utf8").split("W412690999").length - 1, 2, "in the whole value and in its own column of one line");
  assert.equal(readFileSync(csvs[0], "utf8").trim().split("\n").length, 2);
  assert.match(run(["export-changes", "--out", csvs[1]]), /nothing to export/);
  held("and is handed on exactly once");
  await page.goto(base + "/");
  await page.getByText("Live", { exact: true }).waitFor();

  await end();
  await page.getByText(/Not connected/).waitFor();
  held("a lost desk is said in words");
});
