// A kiosk's morning is called in, and a supervisor looks how it went. See README.md beside this file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import assert from "node:assert/strict";
import { audit, checkedIn, fits, held, out, picture, startBrowser, startDesk, today } from "./harness.mjs";

const desk = await startDesk({ users: { ana: "desk", sue: "supervisor" } });
const { base } = desk;
const visits = Array.from({ length: 12 }, (_, n) => `apt-${String(n + 1).padStart(4, "0")}`);
const ticket = (n) => ({ number: `A${n + 1}`, date: today });
const events = visits.flatMap((visit, n) => [
  checkedIn(ticket(n).number, [visit], { language: n < 9 ? "en" : "es", insurance: n % 4 ? "yes" : "ask-the-desk" }),
  { kind: "ticket-printed", ticket: ticket(n), outcome: n % 5 ? "printed" : { failed: "no-paper" }, appointments: [visit] },
]).concat(visits.map((_, n) => ({
  kind: "conversation-ended", ended: "ticket", ticket_after_tenths: 480 + 37 * n,
  steps: [{ step: "find", shown: 1, tenths: 40 + n }, { step: "birth-date", shown: 1 + (n % 2), tenths: 150 + 9 * n }, { step: "insurance", shown: 1, tenths: 200 + 21 * n }, { step: "done", shown: 1, tenths: 60 }],
})), [{ kind: "conversation-ended", ended: "stopped", steps: [{ step: "find", shown: 1, tenths: 31 }, { step: "help", shown: 1, tenths: 120 }] }],
[{ kind: "walked-away", step: "insurance" }, { kind: "walked-away", step: "birth-date" }]);
await desk.report(events);
const { faults, signIn, play } = await startBrowser(desk);
async function signedIn(name, options) {
  const page = await signIn(name, options);
  page.on("console", (message) => { if (message.type() === "error") faults.push(message.text()); });
  return page;
}
await play(async () => {
  const ana = await signedIn("ana");
  assert.equal(await ana.getByRole("link", { name: "Reports" }).count(), 0);
  for (let n = 0; n < 6; n++) {
    await ana.getByRole("button", { name: /^Call next/ }).first().click();
    await ana.locator(".state.called").nth(n).waitFor();
  }
  const sue = await signedIn("sue");
  await sue.getByRole("link", { name: "Reports" }).click();
  const arrivals = sue.getByRole("region", { name: "Arrivals by hour", exact: true });
  await arrivals.getByRole("img", { name: /^Arrivals by hour/ }).waitFor();
  await arrivals.getByText("As a table").click();
  assert.match(await arrivals.getByRole("table").innerText(), /(^|\s)12(\s|$)/m);
  assert.match(await sue.getByRole("region", { name: "Where patients walked away" }).innerText(), /Insurance/);
  assert.match(await sue.getByRole("region", { name: "Languages at check-in", exact: true }).textContent(), /Spanishfewer than 5/);
  assert.equal(await sue.getByText("Dietrich").count(), 0);
  held("twelve came, two walked away, and nobody is named");

  const steps = sue.getByRole("region", { name: "Time per step at kiosks", exact: true });
  await steps.getByRole("img", { name: /^Time per step/ }).waitFor();
  await steps.getByText("As a table").click();
  const table = (await steps.getByRole("table").innerText()).replace(/\s+/g, " ");
  assert.match(table, /Insurance 12 12 31 s 41 s Date of birth 12 18 20 s 24 s After the ticket 12 12 6 s 6 s Finding the appointment 13 13 5 s 5 s .Get help. 1 1 too few too few/);
  assert.match(await sue.getByRole("region", { name: "Time until the ticket at kiosks", exact: true }).textContent(), /lobby1267 s85 s/);
  assert.match(await sue.getByRole("region", { name: /^No-shows by lead time/ }).textContent(), /Unknown/);
  held("how long each step took is drawn and can be read");

  await sue.getByLabel("Queue", { exact: true }).focus();
  await sue.keyboard.type("Phys");
  await sue.keyboard.press("Tab");
  await sue.keyboard.press("Tab");
  await sue.keyboard.press("Enter");
  await sue.waitForURL(/queue=Physiotherapy/);
  await sue.getByText("so this is for the whole clinic").first().waitFor();
  held("a queue is chosen with the keyboard alone");

  const download = sue.waitForEvent("download");
  await sue.getByRole("link", { name: "CSV of Waits by queue", exact: true }).click();
  const file = await download;
  assert.equal(file.suggestedFilename().startsWith("waits-by-queue-"), true);
  assert.match(readFileSync(await file.path(), "utf8"), /^queue,visits,median_minutes,percentile_90_minutes\nPhysiotherapy,/);
  held("a figure is taken along as CSV");

  const looker = await signedIn("sue", { bypassCSP: true });
  for (const [name, width] of [["1280", 1280], ["360", 360], ["400-percent", 320]]) {
    await looker.setViewportSize({ width, height: 800 });
    await looker.goto(base + "/reports");
    await looker.screenshot({ path: picture(`reports-${name}`), fullPage: true });
    await looker.locator("details").evaluateAll((all) => all.forEach((details) => { details.open = true; }));
    await fits(looker, `the reports at ${name}`);
    await audit(looker, `the reports at ${name}`);
  }
  await looker.pdf({ path: join(out, "reports.pdf"), format: "A4" });
  held("nothing is wrong for axe, on a phone, or at 400 %");
  const scriptless = await signedIn("sue", { javaScriptEnabled: false });
  await scriptless.goto(base + "/reports");
  assert.ok(await scriptless.getByRole("img", { name: /^Arrivals by hour/ }).isVisible());
  held("it works without a script");
});
