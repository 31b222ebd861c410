// Calling off on either page, in Chromium, while a kiosk listens and another one was offline. See README.md beside this file.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { audit, dayList, fits, held, picture, startBrowser, startDesk } from "./harness.mjs";

const list = dayList();
const desk = await startDesk({ users: { ana: "desk", ben: "desk" }, kiosks: { lobby: ["--letter", "A", "--place", "Main lobby"] }, list });
const { base, arrives, run, file, tokens } = desk;
const { signIn, play } = await startBrowser(desk);
const kiosk = { headers: { authorization: "Bearer " + tokens.lobby } };
/// What a kiosk that has heard everything has of an appointment.
async function statusAtKiosk(id) {
  let cursor = 0, status;
  for (let more = true; more;) {
    const feed = await (await fetch(base + "/api/kiosk/feed?cursor=" + cursor + "&wait_seconds=0", kiosk)).json();
    for (const change of feed.changes) if (change.kind === "appointment" && change.id === id) status = change.status;
    ({ cursor, more } = feed);
  }
  return status;
}

async function checked(page, name) {
  await page.screenshot({ path: picture(name), fullPage: true });
  await audit(page, name);
  await fits(page, name);
}
await play(async () => {
  const ana = await signIn("ana"), ben = await signIn("ben", { viewport: { width: 360, height: 740 } });
  const panel = (id) => base + "/visit?appointment=" + id, one = (id) => base + "/appointments/one?appointment=" + id;
  await ana.goto(panel("apt-0001"));
  await ben.goto(panel("apt-0001"));
  await ana.locator("#call-off summary").click();
  await ana.getByLabel("Reason").selectOption("Provider unavailable");
  await checked(ana, "call-off-1280");
  assert.notEqual(await statusAtKiosk("apt-0001"), "cancelled");
  await ana.getByRole("button", { name: /^Cancel appointment: / }).click();
  await ana.locator("#panel").getByText(/Canceled by ana, .*: Provider unavailable/).waitFor();
  await ben.locator("#panel").getByText(/Canceled by ana/).waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "cancelled");
  await checked(ana, "called-off-1280");
  await checked(ben, "called-off-360");
  held("called off on the page of the person: the other one sees it, and the kiosk hears of it");

  await ben.goto(one("apt-0001"));
  await ben.getByText("canceled by ana: Provider unavailable").waitFor();
  await checked(ben, "one-360");
  await ben.getByRole("button", { name: "Undo cancellation" }).click();
  await ben.getByText("Undone.").waitFor();
  await ana.locator("#call-off").waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "booked");
  held("taken back on the appointment's page, and the page of the person follows");

  await ben.goto(one("apt-0001"));
  await ben.locator("summary", { hasText: "Cancel appointment" }).click();
  await ben.getByLabel("Reason", { exact: true }).selectOption("else");
  await ben.getByLabel("Other reason").fill("Snow");
  await ben.getByRole("button", { name: "Cancel appointment", exact: true }).click();
  await ana.locator("#panel").getByText(/Canceled by ben, .*: Snow/).waitFor();
  await ana.keyboard.press("u");
  await ana.locator("#call-off").waitFor();
  held("and crosswise, with the key that takes back");

  // The kiosk was offline when the visit was called off.
  await ana.locator("#call-off summary").click();
  await ana.getByRole("button", { name: /^Cancel appointment: / }).click();
  await ana.locator("#panel").getByText(/Canceled by ana/).waitFor();
  await arrives("apt-0001");
  await ben.goto(base + "/");
  const row = ben.locator("#needs #row-apt-0001");
  await row.getByText("Arrived for a canceled visit: decide whether they can be seen").waitFor();
  await checked(ben, "came-360");
  await ana.goto(base + "/");
  await ana.locator("#needs #row-apt-0001").waitFor();
  await checked(ana, "came-1280");
  await ana.locator("#row-apt-0001").getByRole("button", { name: /^Undo cancellation/ }).click();
  await ana.locator("#row-apt-0001").getByRole("button", { name: /^Acknowledge/ }).click();
  await ana.locator("#waiting #row-apt-0001").waitFor();
  assert.equal(await statusAtKiosk("apt-0001"), "booked");
  held("who came after it was canceled is on top of the list, and is seen all the same");

  // The booking system called one off, too, and books it again.
  const line = (status) => {
    const [head, ...rows] = list.split("\n"), names = head.split(",");
    const at = names.indexOf("status"), id = names.indexOf("appointment_id");
    const cells = rows.map((row) => row.split(",")).find((cells) => cells[id] === "apt-0003");
    cells[at] = status;
    writeFileSync(file("again.csv"), head + "\n" + cells.join(",") + "\n");
    run(["import", file("again.csv")]);
  };
  await ana.goto(panel("apt-0003"));
  await ana.locator("#call-off summary").click();
  await ana.getByRole("button", { name: /^Cancel appointment: / }).click();
  await ana.locator("#panel").getByText(/Canceled by ana/).waitFor();
  line("booked");
  await ana.reload();
  await ana.locator("#panel").getByText(/Canceled by ana/).waitFor();
  line("cancelled");
  line("booked");
  await ana.locator("#panel").getByText("Different in scheduling system").waitFor();
  await checked(ana, "again-1280");
  await ana.getByRole("link", { name: /^Different in scheduling system/ }).first().click();
  await ana.getByText("Canceled here, but the scheduling system still lists it.").waitFor();
  await ana.getByRole("button", { name: "Acknowledge" }).click();
  await ana.getByRole("button", { name: "Acknowledge" }).waitFor({ state: "detached" });
  held("a list that has it again is shown until somebody has noted it");
});
