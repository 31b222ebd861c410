// Calling off on either page, in Chromium, while a kiosk listens and another one was offline. See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const desk = process.env.DESK ?? "target/debug/arrivals-desk";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

// Today, in the default clinic's zone, takes the place of the day on file; some visits begin soon, so that none is over.
const data = mkdtempSync(join(tmpdir(), "desk-"));
const today = new Date().toLocaleDateString("en-CA", { timeZone: "America/New_York" });
const csv = join(data, "today.csv");
const list = readFileSync("tests/data/day.csv", "utf8").replaceAll("2026-11-23T", today + "T");
writeFileSync(csv, list);
const run = (args, input) => {
  const done = spawnSync(desk, args, { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
for (const name of ["ana", "ben"]) run(["user", "add", name, "--role", "desk", "--data", data], "correct horse\n");
const token = run(["kiosk", "add", "lobby", "--letter", "A", "--place", "Main lobby", "--data", data]);
run(["import", csv, "--data", data]);
const server = spawn(desk, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
const kiosk = { headers: { authorization: "Bearer " + token } };
let seq = 0;
async function report(event) {
  seq += 1;
  const body = JSON.stringify({ kiosk: "lobby", last: seq, events: [{ seq, at: new Date().toISOString(), event }] });
  assert.equal((await (await fetch(base + "/api/kiosk/events", { method: "POST", ...kiosk, body })).json()).held, seq);
}
/** What a kiosk that has heard everything has of an appointment. */
async function statusAtKiosk(id) {
  let cursor = 0, status;
  for (let more = true; more;) {
    const feed = await (await fetch(base + "/api/kiosk/feed?cursor=" + cursor + "&wait_seconds=0", kiosk)).json();
    for (const change of feed.changes) if (change.kind === "appointment" && change.id === id) status = change.status;
    ({ cursor, more } = feed);
  }
  return status;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
async function checked(page, name) {
  await page.evaluate(axe);
  const found = (await page.evaluate(() => axe.run())).violations.map((one) => one.id + " " + one.nodes.map((node) => node.target).join(", "));
  assert.deepEqual(found, [], name);
  const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= room, name + " is " + wide + " wide");
  await page.screenshot({ path: join(out, name + ".png"), fullPage: true });
}
async function signedIn(name, viewport) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(base + "/");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
  await page.getByText("Live", { exact: true }).waitFor();
  return page;
}
try {
  const ana = await signedIn("ana", { width: 1280, height: 900 }), ben = await signedIn("ben", { width: 360, height: 740 });
  const panel = (id) => base + "/visit?appointment=" + id, one = (id) => base + "/appointments/one?appointment=" + id;
  await ana.goto(panel("apt-0001"));
  await ben.goto(panel("apt-0001"));
  await ana.locator("#call-off summary").click();
  await ana.getByLabel("Why").selectOption("The clinician is away");
  await checked(ana, "call-off-1280");
  assert.notEqual(await statusAtKiosk("apt-0001"), "cancelled");
  await ana.getByRole("button", { name: /^Call off: / }).click();
  await ana.locator("#panel").getByText(/Called off by ana, .*: The clinician is away/).waitFor();
  await ben.locator("#panel").getByText(/Called off by ana/).waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "cancelled");
  await checked(ana, "called-off-1280");
  await checked(ben, "called-off-360");
  held("called off on the page of the person: the other one sees it, and the kiosk hears of it");

  await ben.goto(one("apt-0001"));
  await ben.getByText("called off by ana: The clinician is away").waitFor();
  await checked(ben, "one-360");
  await ben.getByRole("button", { name: "Undo calling off" }).click();
  await ben.getByText("Taken back.").waitFor();
  await ana.locator("#call-off").waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "booked");
  held("taken back on the appointment's page, and the page of the person follows");

  await ben.goto(one("apt-0001"));
  await ben.locator("summary", { hasText: "Call off" }).click();
  await ben.getByLabel("Why", { exact: true }).selectOption("else");
  await ben.getByLabel("If something else, what").fill("Snow");
  await ben.getByRole("button", { name: "Call off", exact: true }).click();
  await ana.locator("#panel").getByText(/Called off by ben, .*: Snow/).waitFor();
  await ana.keyboard.press("u");
  await ana.locator("#call-off").waitFor();
  held("and crosswise, with the key that takes back");

  // The kiosk was offline when the visit was called off.
  await ana.locator("#call-off summary").click();
  await ana.getByRole("button", { name: /^Call off: / }).click();
  await ana.locator("#panel").getByText(/Called off by ana/).waitFor();
  await report({
    kind: "checked-in", ticket: { number: "A1", date: today }, patient: "p", appointments: ["apt-0001"],
    language: "en", call_as: "number", details: "yes", insurance: "yes",
  });
  await ben.goto(base + "/");
  const row = ben.locator("#needs #row-apt-0001");
  await row.getByText("Came after the visit was called off: decide whether they can be seen").waitFor();
  await checked(ben, "came-360");
  await ana.goto(base + "/");
  await ana.locator("#needs #row-apt-0001").waitFor();
  await checked(ana, "came-1280");
  await ana.locator("#row-apt-0001").getByRole("button", { name: /^Undo calling off/ }).click();
  await ana.locator("#row-apt-0001").getByRole("button", { name: /^Seen/ }).click();
  await ana.locator("#waiting #row-apt-0001").waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "booked");
  held("who came after it was called off is on top of the list, and is seen all the same");

  // The booking system called one off, too, and books it again.
  const line = (status) => {
    const file = join(data, "again.csv"), [head, ...rows] = list.split("\n"), names = head.split(",");
    const at = names.indexOf("status"), id = names.indexOf("appointment_id");
    const cells = rows.map((row) => row.split(",")).find((cells) => cells[id] === "apt-0003");
    cells[at] = status;
    writeFileSync(file, head + "\n" + cells.join(",") + "\n");
    run(["import", file, "--data", data]);
  };
  await ana.goto(panel("apt-0003"));
  await ana.locator("#call-off summary").click();
  await ana.getByRole("button", { name: /^Call off: / }).click();
  await ana.locator("#panel").getByText(/Called off by ana/).waitFor();
  line("booked");
  await ana.reload();
  await ana.locator("#panel").getByText(/Called off by ana/).waitFor();
  line("cancelled");
  line("booked");
  await ana.locator("#panel").getByText("The booking system says otherwise than was decided here").waitFor();
  await checked(ana, "again-1280");
  await ana.getByRole("link", { name: /^The booking system says otherwise/ }).first().click();
  await ana.getByText("It was called off here, and the booking system's list has it again.").waitFor();
  await ana.getByRole("button", { name: "Noted" }).click();
  await ana.getByRole("button", { name: "Noted" }).waitFor({ state: "detached" });
  held("a list that has it again is shown until somebody has noted it");
} finally {
  await browser.close();
  server.kill();
  rmSync(data, { recursive: true });
}
