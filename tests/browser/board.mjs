// The board of a waiting room and the page behind a ticket's code, in Chromium. See README.md beside this file.
import assert from "node:assert/strict";
import { audit, fits, held, picture, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ toml: (base) => `[clinic]
name = "Mill Street Clinic"
[[clinic.points]]
name = "Room 3"
[[clinic.points]]
name = "Laboratory desk, 1st floor"
[[clinic.boards]]
name = "Main lobby"
chime = true
speech = true
[[clinic.boards]]
name = "Hall 2"
languages = ["ar"]
[clinic.pages]
address = "${base}"
` });
const { base, arrives, pageOf, begin, end } = desk;
const { open, signIn, play } = await startBrowser(desk);
const whole = (page) => page.evaluate(() => {
  const bottom = Math.max(...[...document.querySelectorAll("main *")].filter((e) => e.getClientRects().length).map((e) => e.getBoundingClientRect().bottom));
  return document.documentElement.scrollHeight <= window.innerHeight && bottom <= window.innerHeight + 1;
});
await play(async () => {
  const staff = await signIn("ana");
  // The first touch lets the page sound, and takes the button away that says so.
  await staff.keyboard.press("Escape");
  await staff.locator("#sound").waitFor({ state: "hidden" });
  await staff.locator("#point").selectOption("Room 3");
  await staff.getByRole("button", { name: "Save my room" }).click();
  await staff.waitForFunction(() => document.getElementById("said").textContent === "Save my room");
  await staff.goto(base + "/board");
  await staff.screenshot({ path: picture("boards-1280") });
  await audit(staff, "the list of boards");
  const address = await staff.getByRole("link", { name: "Open the board Main lobby" }).getAttribute("href");
  assert.equal((await fetch(base + address.split("?")[0])).status, 401);
  held("a board's address has a key, and opens nothing without it");
  await staff.goto(base + "/");
  const press = async (id, name) => {
    const row = staff.locator("#row-" + id);
    const button = row.getByRole("button", { name });
    if (!(await button.isVisible())) await row.getByText("More", { exact: true }).click();
    await button.click();
  };

  const board = await open({ viewport: { width: 1920, height: 1080 } });
  await board.goto(base + address);
  await board.getByText("No one is being called right now").waitFor();
  await board.screenshot({ path: picture("board-nobody") });
  await arrives("apt-0001");
  await arrives("apt-0004", { language: "es", call_as: "first-name" });
  for (const id of ["apt-0007", "apt-0012", "apt-0013", "apt-0016", "apt-0018", "apt-0010"]) await arrives(id);

  const phone = await open({ viewport: { width: 360, height: 740 }, hasTouch: true });
  await phone.goto(await pageOf("A1"));
  await phone.getByText("Your number").waitFor();
  await phone.screenshot({ path: picture("phone-waiting"), fullPage: true });
  await audit(phone, "the phone");
  await fits(phone, "the phone");
  await phone.getByRole("button", { name: "Alert me with a sound" }).tap();
  await phone.getByText("Sound is on").waitFor();
  await board.locator("#sound").waitFor();
  await board.mouse.click(300, 300);
  await board.locator("#sound").waitFor({ state: "hidden" });

  const began = Date.now();
  await press("apt-0001", /^Call:/);
  await Promise.all([board.locator(".call").getByText("A1").waitFor({ timeout: 5000 }), phone.getByText("Please come to Room 3").first().waitFor({ timeout: 5000 })]);
  held(`a call is on board and phone ${Date.now() - began} ms after the button was pressed`);
  assert.equal(await phone.title(), "● A1");
  assert.equal(await phone.evaluate(() => document.body.dataset.rings), "2", "once when sound was allowed, once for the call");
  assert.equal(await board.evaluate(() => document.body.dataset.chimes), "1");
  await board.screenshot({ path: picture("board-1") });
  assert.ok(await whole(board), "one call fits");
  await phone.screenshot({ path: picture("phone-called"), fullPage: true });
  await audit(phone, "the phone, called");
  await audit(board, "the board");
  await press("apt-0001", /^Call again:/);
  await board.waitForFunction(() => document.body.dataset.chimes === "2");
  await phone.waitForFunction(() => document.body.dataset.rings === "3");
  held("calling again sounds again, on both");
  await press("apt-0004", /^Call:/);
  await board.locator(".call").nth(1).waitFor();
  await board.screenshot({ path: picture("board-2") });
  assert.ok(await whole(board), "two calls fit");
  for (const id of ["apt-0007", "apt-0012"]) await press(id, /^Call:/);
  await board.locator(".call").nth(3).waitFor();
  await board.screenshot({ path: picture("board-4") });
  assert.ok(await whole(board), "four calls fit");
  await press("apt-0013", /^Call:/);
  await board.locator("#now .page").nth(1).waitFor({ state: "attached" });
  const oldest = board.locator("#now .page").nth(1).locator(".call").getByText("A1", { exact: true });
  assert.equal(await oldest.count(), 1, "the oldest call comes by turns");
  assert.ok(await board.locator("#now .page").first().isVisible() && !(await oldest.isVisible()), "and the newest are shown at once");
  await press("apt-0013", /^Start:/);
  await board.getByText("Called earlier").waitFor();
  await board.locator(".call").getByText("A1").waitFor();
  assert.equal(await board.evaluate(() => document.body.dataset.chimes), "6", "what comes back into view is no new call");
  assert.ok(await whole(board), "five calls fit");
  await board.locator("html[data-say='es']").waitFor({ timeout: 12000 });
  await board.screenshot({ path: picture("board-es") });
  await board.locator("html[data-say='ar']").waitFor({ timeout: 12000 });
  await board.screenshot({ path: picture("board-ar") });
  held("the words of the board take turns in three languages");
  for (const [name, size] of [["720", { width: 1280, height: 720 }], ["4k", { width: 3840, height: 2160 }], ["portrait", { width: 1080, height: 1920 }]]) {
    await board.setViewportSize(size);
    await board.screenshot({ path: picture(`board-${name}`) });
    assert.ok(await whole(board), `nothing is cut off at ${name}`);
  }
  await board.setViewportSize({ width: 360, height: 740 });
  await fits(board, "a board on a phone has no sideways scroll");
  await board.screenshot({ path: picture("board-360"), fullPage: true });
  await board.setViewportSize({ width: 1920, height: 1080 });
  const hall = await open({ viewport: { width: 1920, height: 1080 } });
  await hall.goto(base + address.replace("main-lobby", "hall-2"));
  await hall.screenshot({ path: picture("board-rtl") });
  await hall.close();

  // Stepping out, on a phone in Spanish, and coming back.
  const other = await open({ viewport: { width: 360, height: 740 }, hasTouch: true });
  await other.goto(await pageOf("A6"));
  await other.getByRole("link", { name: "Español" }).tap();
  await other.getByRole("button", { name: "Tengo que salir un momento" }).tap();
  await other.getByText("Usted salió").waitFor();
  await other.screenshot({ path: picture("phone-out-es"), fullPage: true });
  await audit(other, "the phone, stepped out");
  await staff.locator("#held #row-apt-0016").getByText("by phone").waitFor();
  await staff.locator("#held").scrollIntoViewIfNeeded();
  await staff.screenshot({ path: picture("list-stepped-out") });
  await other.waitForTimeout(2100);
  await other.getByRole("button", { name: "Ya regresé" }).tap();
  await staff.locator("#waiting #row-apt-0016").waitFor();
  held("who steps out by phone is on hold for staff, and comes back");
  await other.waitForTimeout(2100);
  await other.getByRole("button", { name: "Necesito ayuda" }).tap();
  await staff.locator("#needs #row-apt-0016").getByText("Asked for help by phone").waitFor();
  await other.getByText("Recepción sabe").waitFor();
  await press("apt-0016", /^Acknowledge:/);
  await other.getByText("Recepción ya vio").waitFor();
  await other.getByRole("link", { name: "العربية" }).tap();
  await other.locator("html[dir=rtl]").waitFor();
  await other.screenshot({ path: picture("phone-ar"), fullPage: true });
  await audit(other, "the phone in Arabic");
  await fits(other, "the phone in Arabic");
  held("help reaches the list, and the phone hears that it was seen");

  // Without a script.
  const plain = await open({ viewport: { width: 360, height: 740 }, javaScriptEnabled: false });
  await plain.goto(await pageOf("A7"));
  await plain.getByRole("button", { name: "I need to step out" }).click();
  await plain.getByText("You keep your turn").waitFor();
  const still = await open({ viewport: { width: 1920, height: 1080 }, javaScriptEnabled: false });
  await still.goto(base + address);
  await still.locator(".call").first().waitFor();
  held("both work without a script");

  // The desk is gone, and comes back.
  await phone.evaluate(() => navigator.serviceWorker.ready);
  await phone.reload();
  await phone.getByText("Your number").waitFor();
  await end("SIGKILL");
  await board.locator("#lost").waitFor({ timeout: 20000 });
  await board.locator(".call").first().waitFor();
  await board.screenshot({ path: picture("board-lost") });
  await phone.locator("#lost").waitFor({ timeout: 20000 });
  await phone.reload();
  await phone.getByText("Your number").waitFor();
  await phone.locator("#lost").getByText("Not connected").waitFor({ timeout: 20000 });
  await phone.screenshot({ path: picture("phone-offline"), fullPage: true });
  held("without the desk both keep the last state and say so, the phone also after a reload");
  await begin();
  await board.locator("#lost").waitFor({ state: "hidden", timeout: 30000 });
  await phone.locator("#lost").waitFor({ state: "hidden", timeout: 30000 });
  await staff.reload();
  await press("apt-0018", /^Call:/);
  await board.locator(".call").getByText("A7").waitFor({ timeout: 5000 });
  held("with the desk both are live again by themselves");

  const nobodys = await open({ viewport: { width: 360, height: 740 } });
  const response = await nobodys.goto(base + "/t/0123456789abcdef0123456789abcdef");
  assert.equal(response.status(), 404);
  await nobodys.screenshot({ path: picture("phone-closed"), fullPage: true });
  await audit(nobodys, "a page that is nobody's");
});
