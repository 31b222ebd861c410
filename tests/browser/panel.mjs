// The page of one person, the keys, and two of the staff who see each other, in Chromium. See README.md beside this file.
import assert from "node:assert/strict";
import * as harness from "./harness.mjs";
import { audit, fits, held, picture } from "./harness.mjs";

// The shortest session there is, so that its end can be waited for.
const desk = await harness.startDesk({
  users: { ana: "desk", ben: "desk" }, kiosks: { lobby: ["--letter", "A", "--place", "Main lobby"] },
  toml: `session_idle_minutes = 1\n[[clinic.walk_in]]\ncode = "vaccination"\nname = { en = "Vaccination" }\n`,
});
const { base, report } = desk;
const { browser, signIn, play } = await harness.startBrowser(desk);
const checkedIn = (n, ...visits) => report(harness.checkedIn("A" + n, visits, { language: "es", call_as: "first-name", insurance: "ask-the-desk" }));
const stopped = (reason) => report(harness.stopped(reason));
const live = (page) => page.getByText("Live", { exact: true }).waitFor();
const focused = (page) => page.evaluate(() => document.activeElement.id);
await play(async () => {
  const page = await signIn("ana");
  await checkedIn(1, "apt-0001");
  await checkedIn(2, "apt-0002");
  await page.locator("#row-apt-0002").getByText("A2").waitFor();

  // Keys alone from here.
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("Call next in my queue").waitFor();
  await page.screenshot({ path: picture("keys-1280") });
  assert.ok(await page.evaluate(() => document.getElementById("help").contains(document.activeElement)), "the focus is in the help");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  await page.keyboard.press("/");
  await page.keyboard.type("dietrich 6/2/1962");
  await page.getByText("1 person found").waitFor({ state: "attached" });
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "row-apt-0001");
  await page.keyboard.press("s");
  await page.locator("#row-apt-0001").getByText("Acknowledged by ana").waitFor();
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
  await page.getByText("checked in with ticket A1, Spanish, call by first name").waitFor();
  await page.screenshot({ path: picture("panel-1280"), fullPage: true });
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
  await page.screenshot({ path: picture("narrow-1280") });
  await page.locator("#open-apt-0002").click();
  await page.locator("#back").click();
  await page.waitForURL(/service=Physiotherapy#row-apt-0002/);
  assert.equal(await focused(page), "row-apt-0002", "back at the same row of the same list");
  await page.locator("#show-all").click();
  await page.waitForURL(base + "/");
  await page.locator("#filter").fill("nobodyofthisname");
  await page.getByText(/^0 of [0-9]+ on today's list match(es)?\.$/).waitFor();
  await page.locator("#others").getByText("No other patient matches").waitFor();
  assert.equal(await page.locator("#day h2:visible").count(), 0, "no heading stands above nobody");
  assert.equal(await page.locator("#counters").isVisible(), false, "counts of the whole list are away");
  await page.locator("#filter").press("Enter");
  await page.getByText("No other patient matches").waitFor();
  await audit(page, "search");
  // Of two people with one name one is on today's list.
  await page.goto(base + "/");
  await page.locator("#filter").fill("alfonso");
  await page.locator("#fitting").getByText(/^[1-9]\d* of [0-9]+ on today's list match(es)?\.$/).waitFor();
  const shown = await page.locator("#list .row:visible").count();
  const counted = await page.locator("#day h2:visible [data-n]").allTextContents();
  assert.equal(counted.map(Number).reduce((sum, count) => sum + count, 0), shown, "headings count what is below them");
  await page.locator("#others h2").getByText("Other days").waitFor();
  await page.screenshot({ path: picture("search-1280") });
  await audit(page, "searching");
  await page.locator("#filter").press("Escape");
  assert.ok(await page.locator("#counters").isVisible() && !await page.locator("#others").isVisible());
  held("the list is narrowed and searched, and nothing typed is in an address: " + page.url().slice(base.length));

  // Two of the staff.
  const ben = await signIn("ben");
  await live(ben);
  await page.goto(base + "/visit?appointment=apt-0005");
  await ben.locator("#row-apt-0005").getByText("ana is on this").waitFor({ timeout: 5000 });
  await ben.goto(base + "/visit?appointment=apt-0005");
  await ben.getByText("ana is on this").waitFor();
  await page.getByText("ben is on this").waitFor({ timeout: 5000 });
  await page.screenshot({ path: picture("together-1280") });
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
  await page.getByRole("button", { name: /^Save note/ }).click();
  await page.locator(".note").getByText("Prefers the chair").waitFor();
  assert.equal(await page.locator("#note-text").inputValue(), "");
  await ben.locator("#row-apt-0005").getByText("Note").waitFor();
  const pdf = await page.request.get(base + "/ticket.pdf?appointment=apt-0005");
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  await page.screenshot({ path: picture("panel-note-1280"), fullPage: true });
  await audit(page, "panel");
  await live(page);
  await page.keyboard.press("u");
  await page.locator("#row-apt-0005.expected").waitFor();
  held("a check-in by hand, a note and a ticket; all of it taken back with one key");

  await stopped("feels-unwell");
  await page.getByText("A patient feels unwell: go to them now").waitFor({ timeout: 5000 });
  await page.screenshot({ path: picture("alarm-panel-1280") });
  await page.goto(base + "/changes");
  await page.locator("#unwell").getByText("Main lobby (kiosk lobby)").waitFor({ timeout: 5000 });
  await audit(page, "changes with an alarm");
  await ben.locator("#needs .row.urgent").first().getByRole("button", { name: /^Resolve/ }).click();
  await page.locator("#unwell").waitFor({ state: "hidden", timeout: 5000 });
  held("who feels unwell rings on every page until somebody goes");

  await page.goto(base + "/walk-in");
  await audit(page, "walk-in");
  await page.getByLabel("First name", { exact: true }).fill("Zoë");
  await page.getByLabel("Last name").fill("Quick");
  await page.getByLabel("Date of birth").fill("13/13/1990");
  await page.keyboard.press("Enter");
  await page.getByText("Enter a date of birth like the example.").waitFor();
  await page.screenshot({ path: picture("walk-in-wrong-1280") });
  await audit(page, "walk-in with a mistake");
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
      if (width === 360) await page.screenshot({ path: picture(`narrow${path.replace(/\W+/g, "-")}360`), fullPage: path !== "/" });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(base + "/");
  await live(page);
  await audit(page, "list");
  held("no sideways scroll at 360 px and at 400 %, and nothing for axe to find");

  const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const still = await plain.newPage();
  await still.goto(base + "/?service=Physiotherapy");
  await still.locator("#row-apt-0001").getByRole("link", { name: /Alfonso/ }).click();
  await still.getByRole("button", { name: /^Call by ticket number/ }).click();
  await still.getByRole("button", { name: /^Call by first name/ }).waitFor();
  await still.locator("#note-text").fill("Without a script");
  await still.getByRole("button", { name: /^Save note/ }).click();
  await still.locator(".note").getByText("Without a script").waitFor();
  held("works without a script");

  // The session ends in the middle of a note.
  await page.goto(base + "/visit?appointment=apt-0001");
  await live(page);
  await page.locator("#note-text").fill("Half a sent");
  await page.getByRole("heading", { name: "Locked" }).waitFor({ timeout: 120000 });
  await page.getByLabel("Name").fill("ana");
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByText("Half a sent").waitFor();
  await page.getByRole("button", { name: "Send now" }).click();
  await page.goto(base + "/visit?appointment=apt-0001");
  await page.locator(".note").getByText("Half a sent").waitFor();
  held("a note that was being typed when the session ended is kept");
});
