// Somebody types while their session ends, and a supervisor looks who saw what. See README.md beside this file.
import assert from "node:assert/strict";
import { fits, held, picture, startBrowser, startDesk } from "./harness.mjs";

// The shortest session there is.
const desk = await startDesk({ users: { ana: "desk", sue: "supervisor" }, toml: "session_idle_minutes = 1\n" });
const { base, run } = desk;
await desk.arrives("apt-0001", { details: "changed", proposals: [{ field: "phone", old: "555-267-1659", new: "555-629-4821", source: "typed" }] });
const { open, typePassword, play } = await startBrowser(desk);
await play(async () => {
  const page = await open();
  await page.goto(base + "/");
  await typePassword(page, "ana");
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Audit log" }).count(), 0);
  await page.goto(base + "/changes?appointment=apt-0001");
  await page.locator("details", { has: page.locator("form[action='/changes/edit']") }).first().evaluate((details) => { details.open = true; });
  await page.locator("form[action='/changes/edit'] input[name=value]").fill("555-0177");
  await page.getByRole("heading", { name: "Locked" }).waitFor({ timeout: 120000 });
  assert.equal(await page.getByText("Dietrich").count(), 0);
  await typePassword(page, "ana");
  await page.waitForURL("**/kept");
  await page.getByText("555-0177").waitFor();
  await page.screenshot({ path: picture("kept-1280") });
  // Nothing is sent by an Enter that was meant for the password.
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).pathname, "/kept");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByText(/Accepted as/).waitFor();
  held("what was being typed when the session ended is offered again, and sent with Tab and Enter");

  const other = await open();
  await other.goto(base + "/");
  await typePassword(other, "sue");
  await other.getByRole("link", { name: "Audit log" }).click();
  await other.getByLabel("Patient").fill("dietrich");
  await other.keyboard.press("Enter");
  await other.getByText("accepted a change with edits").waitFor();
  assert.ok(!other.url().includes("dietrich"), "no name in an address");
  assert.equal(await other.getByText("Bailey").count(), 0);
  for (const width of [1280, 360]) {
    await other.setViewportSize({ width, height: 800 });
    await other.screenshot({ path: picture(`audit-${width}`) });
    await fits(other, `the audit at ${width}`);
  }
  held("a supervisor finds by name who saw and changed what");
  assert.match(run(["audit", "verify"]), /none changed/);
  held("none changed");
});
