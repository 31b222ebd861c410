// A list, a board and a phone over the end of the clinic's day, in Chromium. See README.md beside this file.
import assert from "node:assert/strict";
import { checkedIn, held, picture, startBrowser, startDesk, stopped } from "./harness.mjs";

// With libfaketime the desk's clock says two minutes before a full hour; without it the machine's own clock has to come there.
const faketime = process.env.LIBFAKETIME, hour = 3600000;
const ahead_ms = faketime ? Math.round((hour - 120000 - (Date.now() % hour)) / 1000) * 1000 : 0;
const clock = () => new Date(Date.now() + ahead_ms);
const env = faketime ? { ...process.env, LD_PRELOAD: faketime, FAKETIME: `${ahead_ms < 0 ? "-" : "+"}${Math.abs(ahead_ms / 1000)}s` } : process.env;
// Somewhere it is 4 in the morning at the next full hour: the clinic is there, and its day begins then.
const begins = 4;
const hours = (24 + begins - (clock().getUTCHours() + 1)) % 24;
const ahead = hours > 12 ? hours - 24 : hours;
const zone = ahead === 0 ? "Etc/UTC" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
const offset = `${ahead < 0 ? "-" : "+"}${String(Math.abs(ahead)).padStart(2, "0")}:00`;
const dayOf = (at) => new Date(at.getTime() - begins * hour).toLocaleDateString("en-CA", { timeZone: zone });
const today = dayOf(clock()), end = (Math.floor(clock().getTime() / hour) + 1) * hour, tomorrow = dayOf(new Date(end + 1000));
assert.notEqual(today, tomorrow);
const left = () => end - clock().getTime();
console.log(`${zone}: the day ends in ${Math.round(left() / 1000)} s`);

const line = (id, day, given, family) => `${id},${day}T12:00:00${offset},${given},${family},1950-01-01,Laboratory,Dr. Predovic,p-${id}\n`;
const desk = await startDesk({
  list: "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n" + line("old", today, "Olga", "Yesterday") + line("wait", today, "Wim", "Yesterday") + line("new", tomorrow, "Nora", "Today"),
  toml: `[clinic]\ntime_zone = "${zone}"\n[[clinic.points]]\nname = "Room 3"\n`,
  users: { ana: "desk", ben: "desk" }, env, clock,
});
const { base, report, pageOf } = desk;
const { open, signIn, play } = await startBrowser(desk);
await play(async () => {
  await report(checkedIn("A1", ["old"], {}, today));
  await report(checkedIn("A2", ["wait"], {}, today));
  await report(stopped("feels-unwell"));
  if (left() > 150000) await new Promise((go) => setTimeout(go, left() - 150000));
  const staff = await signIn("ana");
  // The first touch lets the page sound, and takes the button away that says so.
  await staff.keyboard.press("Escape");
  await staff.locator("#sound").waitFor({ state: "hidden" });
  await staff.locator("#row-old").getByRole("button", { name: /^Call:/ }).click();
  await staff.getByRole("button", { name: "Room 3", exact: true }).click();
  await staff.locator("#called #row-old").waitFor();
  const boards = await signIn("ben");
  await boards.goto(base + "/board");
  const address = await boards.getByRole("link", { name: /^Open the board/ }).getAttribute("href");
  const board = await open({ viewport: { width: 1920, height: 1080 } });
  await board.goto(base + address);
  await board.locator(".call").getByText("A1").waitFor();
  const phone = await open({ viewport: { width: 360, height: 740 } });
  await phone.goto(await pageOf("A2", today));
  await phone.getByText("You are next").waitFor();
  await board.screenshot({ path: picture("midnight-before") });
  assert.ok(left() > 5000, "begun in time");
  await new Promise((go) => setTimeout(go, Math.max(0, left() + 1000)));
  // The list hears of the new day by itself, and keeps who is still here.
  await staff.locator("#row-wait").getByText("Since yesterday").waitFor({ timeout: 90000 });
  assert.equal(await staff.locator("#called #row-old").count(), 1);
  assert.equal(await staff.locator("#needs").getByText("Feels unwell: go to them now").count(), 1);
  assert.equal(await staff.locator("#expected #row-new").count(), 1);
  await staff.locator("#earlier").getByText("3 are still open since yesterday.").waitFor();
  assert.equal(await board.locator(".call").getByText("A1").count(), 1);
  assert.equal(await phone.getByText("You are next").count(), 1);
  held(`${Math.round(-left() / 1000)} s after the day ended list, board and phone show who is still here, untouched`);
  await board.screenshot({ path: picture("midnight-after") });
  await staff.screenshot({ path: picture("midnight-list"), fullPage: true });
  // The page of the first number of the new day is another one than that of the same number yesterday.
  await report(checkedIn("A3", ["new"], {}, tomorrow));
  assert.notEqual(await pageOf("A3", today), await pageOf("A3", tomorrow));
  await board.getByText("2 waiting").waitFor({ timeout: 15000, state: "attached" });
  held("the new day's first patient waits behind them");
  // One page, one button: what is left of yesterday is closed, but not whoever feels unwell.
  await staff.getByRole("link", { name: "Review and close" }).click();
  await staff.getByText("Yesterday, ").first().waitFor();
  await staff.screenshot({ path: picture("midnight-earlier"), fullPage: true });
  await staff.getByRole("button", { name: /^Close all of yesterday/ }).click();
  await staff.getByText("2 closed. 1 person feels unwell and was left open.").waitFor();
  await staff.screenshot({ path: picture("midnight-closed"), fullPage: true });
  await board.getByText("No one is being called right now").waitFor({ timeout: 30000, state: "attached" });
  await phone.getByText("This ticket's page is closed").waitFor({ timeout: 30000 });
  await staff.getByRole("button", { name: /^Undo closing/ }).click();
  await board.locator(".call").getByText("A1").waitFor({ timeout: 30000 });
  held("closed at once, and taken back at once");
});
