// Somebody becomes late while the list is open, and coverage that needs attention; see README.md beside this file.
import assert from "node:assert/strict";
import { checkedIn, held, look, seconds, startBrowser, startDesk } from "./harness.mjs";

// The clinic is where it is about noon now, so that nothing here comes near midnight.
const ahead = 12 - new Date().getUTCHours();
const zone = ahead === 0 ? "Etc/UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
const minute = 60000, at = (ms) => new Date(Date.now() + ms).toISOString();
const date = new Date().toLocaleDateString("en-CA", { timeZone: zone });
const line = (id, ms, given, more) => `${id},${at(ms)},${given},Example,1950-01-01,Laboratory,Dr. Predovic,Main building,p-${id},${more}\n`;
const desk = await startDesk({
  // Taken until a quarter of an hour after its beginning: that is in 40 s.
  list: "appointment_id,start,given_name,family_name,birth_date,service,practitioner,place,patient_id,payer,member_id,coverage_end\n"
    + line("soon", -15 * minute + 40000, "Sara", "One,H1,2030-01-01") + line("long", -84 * minute, "Lou", "One,H2,2026-01-31")
    + line("later", 90 * minute, "Lea", "One,H3,2030-01-01") + line("here", 10 * minute, "Hana", "One,H4,2026-01-31"),
  toml: `[clinic]\ntime_zone = "${zone}"\nlate_minutes = 15\n`,
});
const { base, report } = desk;
const { signIn, play } = await startBrowser(desk);
await play(async () => {
  const ana = await signIn("ana");
  await ana.locator("#row-long .late").getByText(/^Late 1 h 2[45] min$/).waitFor();
  assert.equal(await ana.locator("#row-soon .late").count(), 0);
  assert.ok(await ana.locator("#row-soon form[action='/visit/check-in']").count() === 1 && await ana.locator("#row-long form[action='/visit/check-in']").count() === 0);
  await ana.locator("#late").getByText("1 late").waitFor();
  await look(ana, "list");

  // Nobody does anything, and the row changes: it alone is sent.
  const sent = [];
  ana.on("response", async (answer) => { if (new URL(answer.url()).pathname === "/list") sent.push(await answer.text().catch(() => "")); });
  await ana.evaluate(() => { globalThis.same = true; });
  const since = Date.now();
  await ana.locator("#row-soon .late").getByText(/^Late 15 min$/).waitFor({ timeout: 70000 });
  assert.equal(await ana.evaluate(() => globalThis.same), true, "the page was not loaded again");
  assert.ok(sent.length >= 1 && sent.every((text) => (text.match(/data-find=/g) ?? []).length <= 1), sent.map((text) => text.length).join());
  await ana.locator("#late").getByText("2 late").waitFor();
  held(`somebody becomes late on an open list after ${seconds(since)}, and that row alone is sent`);

  // The button leads to the question, with the mouse and with its key; answered there, they are in line.
  await ana.locator("#row-soon").focus();
  await ana.keyboard.press("i");
  await ana.waitForURL(/\/visit\?appointment=soon#check-in$/);
  await ana.getByText(/^Late 1[56] min: decide whether they can be seen$/).waitFor();
  await look(ana, "person");
  await ana.getByRole("button", { name: /^Check in anyway/ }).click();
  await ana.locator("#panel .state.arrived").waitFor();
  await ana.goto(base + "/");
  await ana.locator("#waiting #row-soon").waitFor();
  await ana.locator("#row-long").getByRole("link", { name: /^Check in: Lou Example \(late, asks first\)/ }).click();
  await ana.waitForURL(/appointment=long#check-in$/);
  held("a late check-in is asked about first");

  // Without a script the same.
  const plain = await signIn("ana", { javaScriptEnabled: false });
  await plain.goto(base + "/?state=late");
  assert.equal(await plain.locator(".row").count(), 1);
  await plain.locator("#row-long").getByRole("link", { name: /^Check in/ }).click();
  await plain.getByRole("button", { name: /^Check in anyway/ }).click();
  await plain.locator(".state.arrived").first().waitFor();
  held("without a script, too");

  // A card that has ended: said before they come, a reason once they are here, taken and taken back.
  await ana.goto(base + "/");
  await ana.locator("#expected #row-here .pill.bad").getByText("Coverage ended 01/31/2026").waitFor();
  await report(checkedIn("A1", ["here"], {}, date));
  await ana.locator("#needs #row-here .pill.bad").getByText("Coverage ended 01/31/2026").waitFor({ timeout: 10000 });
  await look(ana, "coverage");
  await ana.locator("#row-here").getByRole("button", { name: /^Acknowledge/ }).click();
  await ana.locator("#waiting #row-here").getByText(/resolved by ana/).waitFor();
  await ana.locator("#row-here").getByRole("button", { name: /^Undo acknowledge/ }).click();
  await ana.locator("#needs #row-here").waitFor();
  await ana.locator("#open-here").click();
  await ana.locator("#panel .pill.bad").first().waitFor();
  await look(ana, "coverage-person");
  held("an ended card needs attention once the patient is here, and can be taken and taken back");
});
