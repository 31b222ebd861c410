// A board and a phone over midnight, in Chromium. See README.md beside this file.
import assert from "node:assert/strict";
import { checkedIn, held, picture, startBrowser, startDesk } from "./harness.mjs";

// With libfaketime the desk's clock says two minutes before a full hour; without it the machine's own clock has to come there.
const faketime = process.env.LIBFAKETIME, hour = 3600000;
const ahead_ms = faketime ? Math.round((hour - 120000 - (Date.now() % hour)) / 1000) * 1000 : 0;
const clock = () => new Date(Date.now() + ahead_ms);
const env = faketime ? { ...process.env, LD_PRELOAD: faketime, FAKETIME: `${ahead_ms < 0 ? "-" : "+"}${Math.abs(ahead_ms / 1000)}s` } : process.env;
// Somewhere it is midnight at the next full hour: the clinic is there.
const hours = (24 - (clock().getUTCHours() + 1)) % 24;
const ahead = hours > 12 ? hours - 24 : hours;
const zone = ahead === 0 ? "Etc/UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
const dayOf = (at) => at.toLocaleDateString("en-CA", { timeZone: zone });
const today = dayOf(clock()), midnight = (Math.floor(clock().getTime() / hour) + 1) * hour, tomorrow = dayOf(new Date(midnight + 1000));
assert.notEqual(today, tomorrow);
const left = () => midnight - clock().getTime();
console.log(`${zone}: midnight in ${Math.round(left() / 1000)} s`);

const line = (id, day, given, family) => `${id},${day}T12:00:00Z,${given},${family},1950-01-01,Laboratory,Dr. Predovic,p-${id}\n`;
const desk = await startDesk({
  list: "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n" + line("old", today, "Olga", "Yesterday") + line("wait", today, "Wim", "Yesterday") + line("new", tomorrow, "Nora", "Today"),
  toml: `[clinic]\ntime_zone = "${zone}"\n[[clinic.points]]\nname = "Room 3"\n`,
  env, clock,
});
const { base, report, pageOf } = desk;
const { open, signIn, play } = await startBrowser(desk);
await play(async () => {
  await report(checkedIn("A1", ["old"], {}, today));
  await report(checkedIn("A2", ["wait"], {}, today));
  if (left() > 150000) await new Promise((go) => setTimeout(go, left() - 150000));
  const staff = await signIn("ana");
  // The first touch lets the page sound, and takes the button away that says so.
  await staff.keyboard.press("Escape");
  await staff.locator("#sound").waitFor({ state: "hidden" });
  await staff.locator("#row-old").getByRole("button", { name: /^Call:/ }).click();
  await staff.getByRole("button", { name: "Room 3", exact: true }).click();
  await staff.locator("#called #row-old").waitFor();
  await staff.goto(base + "/board");
  const address = await staff.getByRole("link", { name: /^Open the board/ }).getAttribute("href");
  const board = await open({ viewport: { width: 1920, height: 1080 } });
  await board.goto(base + address);
  await board.locator(".call").getByText("A1").waitFor();
  const phone = await open({ viewport: { width: 360, height: 740 } });
  await phone.goto(await pageOf("A2", today));
  await phone.getByText("You are next").waitFor();
  await board.screenshot({ path: picture("midnight-before") });
  assert.ok(left() > 5000, "begun in time");
  await new Promise((go) => setTimeout(go, Math.max(0, left() - 2000)));
  assert.equal(await board.locator(".call").count(), 1);
  assert.equal(await phone.getByText("You are next").count(), 1);
  held("two seconds before midnight all stands as it stood");
  await board.getByText("Nobody is called right now").waitFor({ timeout: 30000, state: "attached" });
  const text = await board.evaluate(() => document.body.innerText);
  assert.ok(!/A1|A2|Laboratory/.test(text), text);
  await phone.getByText("This ticket's page is closed").waitFor({ timeout: 30000 });
  held(`${Math.round(-left() / 1000)} s after midnight the board is empty and the phone's page closed, untouched`);
  await board.screenshot({ path: picture("midnight-after") });
  // The first number of the new day is the same, its page is another one.
  await report(checkedIn("A1", ["new"], {}, tomorrow));
  assert.notEqual(await pageOf("A1", today), await pageOf("A1", tomorrow));
  assert.equal((await fetch(await pageOf("A1", today))).status, 404);
  assert.equal((await fetch(await pageOf("A1", tomorrow))).status, 200);
  await board.getByText("1 waiting").waitFor({ timeout: 15000, state: "attached" });
  held("the new day's first patient waits");
});
