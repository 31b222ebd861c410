// Calling at a clinic that has rooms: no one is called without one. See README.md beside this file.
import assert from "node:assert/strict";
import { audit, held, look, picture, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ users: { ana: "desk", ben: "desk", cleo: "desk" }, toml: ["Room 1", "Room 2"].map((name) => `[[clinic.points]]\nname = "${name}"\n`).join("") });
const { base } = desk;
const { browser, open, signIn, typePassword, play } = await startBrowser(desk);
const room = (page, name) => page.getByRole("button", { name, exact: true });
const asks = (page, number) => page.getByRole("heading", { name: `Call ${number} to which room?` }).waitFor();
const atFocus = (page) => page.evaluate(() => document.activeElement.id);
const live = (page) => page.getByText("Live", { exact: true }).waitFor();
await play(async () => {
  const page = await signIn("ana");
  for (const id of ["apt-0001", "apt-0002", "apt-0005", "apt-0013", "apt-0016", "apt-0018"]) await desk.arrives(id);
  await page.locator("#row-apt-0018").getByText("A6").waitFor();
  const board = await open({ viewport: { width: 1920, height: 1080 } });
  await page.goto(base + "/board");
  await board.goto(base + await page.locator("a[href^='/board/']").first().getAttribute("href"));
  await page.goto(base + "/");
  await live(page);

  // With the mouse: asked once, and not again.
  await page.locator("#row-apt-0001").getByRole("button", { name: /^Call:/ }).click();
  await asks(page, "A1");
  assert.equal(await atFocus(page), "room-question", "nothing that calls has the focus");
  await look(page, "which-room", [1280, 390]);
  assert.equal(await page.locator("main .primary").count(), 0);
  await page.getByRole("link", { name: "Back without calling" }).click();
  await page.locator("#waiting #row-apt-0001").waitFor();
  await page.locator("#row-apt-0001").getByRole("button", { name: /^Call:/ }).click();
  await asks(page, "A1");
  await room(page, "Room 2").click();
  await page.locator("#called #row-apt-0001").getByText("Called to Room 2 by ana").waitFor();
  await board.getByText("Room 2").first().waitFor({ timeout: 2000 });
  assert.equal(await board.getByText("please come in").count(), 0);
  await live(page);
  await page.locator("#row-apt-0002").getByRole("button", { name: /^Call:/ }).click();
  await page.locator("#called #row-apt-0002").getByText("Called to Room 2 by ana").waitFor();
  assert.equal(await page.locator("#point").inputValue(), "Room 2");
  await page.screenshot({ path: picture("rooms-list-1280") });
  held("the first call asks for a room, remembers it, and the board says where to go");

  // With keys alone, the button of the queue.
  const ben = await signIn("ben");
  await ben.keyboard.press("n");
  await asks(ben, "A3");
  for (let n = 0; n < 12 && !(await room(ben, "Room 1").evaluate((it) => it === document.activeElement)); n++) await ben.keyboard.press("Tab");
  await ben.keyboard.press("Enter");
  await ben.locator("#called #row-apt-0005").getByText("Called to Room 1 by ben").waitFor();
  await live(ben);
  const next = await ben.locator("form[action='/queue/next'] button").first().innerText();
  assert.match(next, /^Call next to Room 1: A\d$/);
  await ben.keyboard.press("n");
  await ben.locator("#called .row").nth(3).waitFor();
  held("the key that calls who is next asks as well, and then calls to that room");

  // On a person's page, and called again from there.
  const cleo = await signIn("cleo");
  await cleo.goto(base + "/visit?appointment=apt-0016");
  await live(cleo);
  await cleo.keyboard.press("c");
  await asks(cleo, "A5");
  await room(cleo, "Room 1").click();
  await cleo.waitForURL(base + "/visit?appointment=apt-0016");
  await cleo.locator("#row-apt-0016").getByText("Called to Room 1 by cleo").first().waitFor();
  await live(cleo);
  await cleo.keyboard.press("r");
  await cleo.locator("#row-apt-0016").getByText("2 times").waitFor();
  await audit(cleo, "a person's page");
  held("a person's page asks, and leads back to itself");

  const plain = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const still = await plain.newPage();
  await still.goto(base + "/");
  await typePassword(still, "ben");
  await still.waitForURL(base + "/");
  await still.locator("#row-apt-0018").getByRole("button", { name: /^Call:/ }).click();
  await asks(still, "A6");
  await room(still, "Room 2").click();
  await still.locator("#called #row-apt-0018").getByText("Called to Room 2 by ben").waitFor();
  held("it works without a script");
});
