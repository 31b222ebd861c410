// A board and a phone over midnight, in Chromium. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const { chromium } = require("playwright-core");
const desk = process.env.DESK ?? "target/debug/arrivals-desk";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

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

const data = mkdtempSync(join(tmpdir(), "desk-"));
const config = join(data, "desk.toml"), csv = join(data, "days.csv");
const line = (id, day, given, family) => `${id},${day}T12:00:00Z,${given},${family},1950-01-01,Laboratory,Dr. Predovic,p-${id}\n`;
writeFileSync(csv, "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n" + line("old", today, "Olga", "Yesterday") + line("wait", today, "Wim", "Yesterday") + line("new", tomorrow, "Nora", "Today"));
writeFileSync(config, `data = "${data}"\nlisten = "127.0.0.1:0"\n[clinic]\ntime_zone = "${zone}"\n[[clinic.points]]\nname = "Room 3"\n`);
const run = (args, input) => {
  const done = spawnSync(desk, [...args, "--config", config], { input, encoding: "utf8", env });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "ana", "--role", "desk"], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A"]);
run(["import", csv]);
const server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"], env });
const base = await new Promise((found) => server.stdout.once("data", (said) => found(String(said).trim().split(" ").pop())));
let seq = 0;
async function arrives(id, number, date) {
  seq += 1;
  const event = { kind: "checked-in", ticket: { number, date }, patient: "p", appointments: [id], language: "en", call_as: "number", details: "yes", insurance: "yes" };
  const answer = await fetch(base + "/api/kiosk/events", {
    method: "POST", headers: { authorization: "Bearer " + token },
    body: JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: clock().toISOString(), event }] }),
  });
  assert.equal((await answer.json()).held, seq);
}
const feed = await (await fetch(base + "/api/kiosk/feed", { headers: { authorization: "Bearer " + token } })).json();
const pageOf = (number, date) => {
  const code = "import hashlib,sys; print(hashlib.blake2s(sys.argv[2].encode(), key=bytes.fromhex(sys.argv[1])).hexdigest()[:32])";
  const made = spawnSync("python3", ["-c", code, feed.settings.pages.key, `${date} ${number}`], { encoding: "utf8" });
  return `${base}/t/${made.stdout.trim()}`;
};
const held = (what) => console.log("ok  " + what);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  await arrives("old", "A1", today);
  await arrives("wait", "A2", today);
  if (left() > 150000) await new Promise((go) => setTimeout(go, left() - 150000));
  const staff = await (await browser.newContext()).newPage();
  await staff.goto(base + "/");
  await staff.getByLabel("Name").fill("ana");
  await staff.getByLabel("Password").fill("correct horse");
  await staff.keyboard.press("Enter");
  await staff.getByText("Live", { exact: true }).waitFor();
  // The first touch lets the page sound, and takes the button away that says so.
  await staff.keyboard.press("Escape");
  await staff.locator("#sound").waitFor({ state: "hidden" });
  await staff.locator("#row-old").getByRole("button", { name: /^Call:/ }).click();
  await staff.locator("#called #row-old").waitFor();
  await staff.goto(base + "/board");
  const address = await staff.getByRole("link", { name: /^Open the board/ }).getAttribute("href");
  const board = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  await board.goto(base + address);
  await board.locator(".call").getByText("A1").waitFor();
  const phone = await (await browser.newContext({ viewport: { width: 360, height: 740 } })).newPage();
  await phone.goto(pageOf("A2", today));
  await phone.getByText("You are next").waitFor();
  await board.screenshot({ path: join(out, "midnight-before.png") });
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
  await board.screenshot({ path: join(out, "midnight-after.png") });
  // The first number of the new day is the same, its page is another one.
  await arrives("new", "A1", tomorrow);
  assert.notEqual(pageOf("A1", today), pageOf("A1", tomorrow));
  assert.equal((await fetch(pageOf("A1", today))).status, 404);
  assert.equal((await fetch(pageOf("A1", tomorrow))).status, 200);
  await board.getByText("1 waiting").waitFor({ timeout: 15000, state: "attached" });
  held("the new day's first patient waits");
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
