// A board on which not everything fits: which page is shown when, and that nothing is cut off. See README.md beside this file.
import assert from "node:assert/strict";
import { audit, fits, held, picture, startBrowser, startDesk } from "./harness.mjs";

const points = Array.from({ length: 20 }, (_, n) => `[[clinic.points]]\nname = "Room ${n + 1}"\n`).join("");
const desk = await startDesk({ toml: `[clinic]\nname = "Mill Street Clinic"\n${points}[[clinic.boards]]\nname = "Lobby"\nlanguages = ["en", "es"]\n` });
const { base, arrives } = desk;
const { open, signIn, play } = await startBrowser(desk);
const id = (n) => "apt-" + String(n).padStart(4, "0");
await play(async () => {
  const staff = await signIn("ana"), { request } = staff.context();
  const csrf = await staff.locator("input[name=csrf]").first().inputValue();
  const headers = { "x-live": "1" };
  const send = async (path, form) => (await request.post(base + path, { form: { csrf, ...form }, headers, maxRedirects: 0 })).status() < 400;
  let calls = 0, person = 0;
  async function call() {
    calls += 1;
    assert.ok(await send("/point", { point: "Room " + (1 + calls % 20) }));
    // Whoever is called for another visit is not called here.
    do { person += 1; assert.ok(person < 50); } while (!await send("/visit/call", { appointment: id(person) }));
  }
  const address = await (await request.get(base + "/board")).text().then((page) => page.match(/href="(\/board\/lobby\?key=[^"]+)"/)[1]);

  const boards = [];
  for (const [width, height] of [[1920, 1080], [3840, 2160], [1080, 1920]]) {
    const page = await open({ viewport: { width, height } });
    await page.clock.install();
    await page.goto(base + address);
    boards.push({ page, name: `${width}x${height}` });
  }
  const [{ page: board }] = boards;
  const shown = (part = "now") => board.evaluate((part) => [...document.querySelectorAll(`#${part} .page`)].findIndex((page) => !page.hidden), part);
  const pages = (part = "now") => board.locator(`#${part} .page`).count();
  // Nothing that is shown is cut off, and the board does not scroll.
  const whole = (page) => page.evaluate(() => {
    const cut = [];
    for (const one of document.querySelectorAll(".page:not([hidden]) .who, .page:not([hidden]) .where, .page:not([hidden]) .queue, .page:not([hidden]) .turn, .page:not([hidden]) .more")) {
      const box = one.getBoundingClientRect(), around = one.closest("section").getBoundingClientRect();
      const text = one.matches(".who, .where, .queue");
      if (box.bottom > around.bottom + 1 || box.bottom > innerHeight || box.right > innerWidth || (text && one.clientHeight && one.scrollHeight > one.clientHeight * 1.2)) cut.push(`${one.className}: ${one.textContent} ${box.bottom} ${around.bottom} ${one.scrollHeight} ${one.clientHeight}`);
    }
    return { cut, scrolls: document.documentElement.scrollHeight > innerHeight };
  });
  async function looked(n) {
    for (const { page, name } of boards) {
      await page.waitForFunction((n) => document.querySelectorAll("#board .call, #board .before li").length >= n, n);
      assert.deepEqual(await whole(page), { cut: [], scrolls: false }, `${n} calls on ${name}`);
      await page.screenshot({ path: picture(`turns-${n}-${name}`) });
    }
  }
  for (let n = 1; n <= 50; n += 1) await arrives(id(n), { call_as: n % 5 ? "number" : "first-name" });
  await looked(0);
  await call();
  await looked(1);
  while (calls < 9) await call();
  await looked(9);
  assert.equal(await pages(), 3);
  while (calls < 10) await call();
  await looked(10);
  while (calls < 25) await call();
  await looked(25);
  assert.equal(await pages(), 7);
  held("0, 1, 9, 10 and 25 calls: nothing is cut off, on three screens");

  const pass = async (seconds) => { await board.clock.runFor(seconds * 1000); };
  // Until the first page comes round.
  for (let n = 0; n < 200 && !(await shown() === 1); n += 1) await pass(0.5);
  const order = [];
  for (let n = 0; n < 96; n += 1) { order.push(await shown()); await pass(0.5); }
  const stay = (page) => order.filter((one) => one === page).length / 2;
  assert.deepEqual([...new Set(order)], [1, 2, 3, 4, 5, 6, 0], "each page in its turn");
  assert.ok(stay(0) >= 11 && stay(0) <= 12.5 && [1, 2, 3, 4, 5, 6].every((page) => stay(page) >= 5.5 && stay(page) <= 6.5), order.join(" "));
  await board.screenshot({ path: picture("turns-25-last") });
  held("each page has six seconds, the newest calls twelve");

  for (let n = 0; n < 200 && !(await shown() === 3); n += 1) await pass(0.5);
  await pass(4);
  await call();
  await board.waitForFunction(() => document.querySelectorAll("#now .call").length === 26);
  assert.equal(await shown(), 0);
  for (let n = 0; n < 60 && (await shown()) === 0; n += 1) await pass(0.5);
  assert.equal(await shown(), 4, "and goes on where it was");
  held("a new call is shown at once, and the turn goes on where it was");

  // Calls every five seconds: the others still have their turns.
  const seen = new Set();
  await board.evaluate(() => { setInterval(() => document.dispatchEvent(new CustomEvent("board:shown", { detail: 1 })), 5000); });
  for (let n = 0; n < 400; n += 1) { seen.add(await shown()); await pass(0.5); }
  assert.equal(seen.size, 7, [...seen].join(" "));
  held("however fast calls come, every page has its turn");

  await audit(board, "a board with many calls");
  const hand = await open({ viewport: { width: 360, height: 740 } });
  await hand.goto(base + address);
  assert.equal(await hand.locator("#now .call:visible").count(), 26, "on a screen in the hand everything is there at once");
  await fits(hand, "a board in the hand");
  await hand.screenshot({ path: picture("turns-360") });
  held("in the hand everything is there at once; axe-core finds nothing");
});
