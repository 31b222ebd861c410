// The list while others work: what somebody does in it is not disturbed, and little is sent. See README.md beside this file.
import assert from "node:assert/strict";
import { audit, held, picture, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ kiosks: { lobby: ["--letter", "A", "--place", "Main lobby"] } });
const { base, arrives, begin, end } = desk;
const { open, typePassword, play } = await startBrowser(desk);
const id = (n) => "apt-" + String(n).padStart(4, "0");
await play(async () => {
  const page = await open({ bypassCSP: true }), context = page.context();
  const lists = [];
  page.on("response", async (response) => {
    if (response.url().startsWith(base + "/list")) lists.push((await response.body().catch(() => "")).length);
  });
  await page.goto(base + "/");
  await typePassword(page, "ana");
  await page.getByText("Live", { exact: true }).waitFor();
  for (let n = 1; n <= 20; n += 1) await arrives(id(n));
  await page.locator("#row-" + id(20)).getByText("A20").waitFor();

  const whole = (await page.request.get(base + "/list").then((answer) => answer.body())).length;
  lists.length = 0;
  await arrives(id(21));
  await page.locator("#row-" + id(21)).getByText("A21").waitFor();
  assert.ok(lists.length && Math.max(...lists) * 4 < whole, `an arrival sends ${lists} bytes of ${whole}`);
  held(`an arrival sends ${Math.max(...lists)} bytes, the whole list has ${whole}`);

  // Half way down the list, with a choice half made and the focus in a field, while rows above come and go.
  const mine = "apt-0018";
  await page.locator("#more-" + mine + " summary").click();
  await page.locator("#queue-" + mine).selectOption({ index: 1 });
  const chosen = await page.locator("#queue-" + mine).inputValue();
  await page.locator("#keep-" + mine).uncheck();
  await page.locator("#row-" + mine).scrollIntoViewIfNeeded();
  await page.evaluate(() => window.scrollBy(0, 300));
  await page.locator("#queue-" + mine).focus();
  const state = () => page.evaluate((mine) => ({
    top: Math.round(document.getElementById("row-" + mine).getBoundingClientRect().top),
    focus: document.activeElement.id,
    same: document.activeElement.dataset.mark ?? "",
    chosen: document.getElementById("queue-" + mine).value,
    keeps: document.getElementById("keep-" + mine).checked,
    open: document.getElementById("more-" + mine).open,
  }), mine);
  await page.evaluate(() => { document.activeElement.dataset.mark = "1"; window.blurred = 0; document.activeElement.addEventListener("blur", () => { window.blurred += 1; }); });
  const before = await state();
  assert.ok(await page.evaluate(() => window.scrollY) > 200);
  for (let n = 22; n <= 27; n += 1) {
    await arrives(id(n));
    await page.locator("#row-" + id(n)).getByText("A" + n, { exact: true }).waitFor();
  }
  // Somebody at another place calls, so that a row above goes elsewhere.
  const other = await context.newPage();
  await other.goto(base + "/");
  await other.locator("#row-apt-0002").getByRole("button", { name: /^Call:/ }).click();
  await page.locator("#called #row-apt-0002").waitFor({ state: "attached" });
  await other.close();
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const after = await state();
  assert.ok(Math.abs(after.top - before.top) <= 1, `the row stays where it is on the screen: ${before.top}, ${after.top}`);
  assert.deepEqual({ ...after, top: 0 }, { ...before, same: after.same, top: 0 });
  assert.equal(await page.evaluate(() => window.blurred), 0, "the field in which somebody works is never left");
  held("focus, place, what is folded open and what is chosen stay while others come and go");
  assert.equal(chosen, after.chosen);

  // A row that was narrowed away and comes back is whole again.
  await page.locator("#narrow-box summary").click();
  await page.locator("#narrow-state").selectOption("called");
  await page.waitForFunction(() => document.querySelectorAll("#list .row").length === 1);
  await page.locator("#narrow-state").selectOption("");
  await page.waitForFunction(() => document.querySelectorAll("#list .row").length > 200);
  const twice = () => page.evaluate(() => {
    const ids = [...document.querySelectorAll("#list [id]")].map((one) => one.id);
    return { twice: ids.length - new Set(ids).size, kept: document.querySelectorAll("#list [data-kept]").length, empty: [...document.querySelectorAll("#list li[id^=row]")].filter((row) => !row.children.length).length };
  });
  assert.deepEqual(await twice(), { twice: 0, kept: 0, empty: 0 });
  held("the list is narrowed and whole again");

  // What a browser puts together from pieces is what the desk says as a whole.
  const plain = (text) => page.evaluate((text) => {
    const box = document.createElement("div");
    box.innerHTML = text ?? document.getElementById("list").innerHTML;
    for (const one of box.querySelectorAll("*")) for (const name of ["hidden", "data-mark", "open", "data-now", "data-drawn"]) one.removeAttribute(name);
    return box.innerHTML.replace(/>(just now|\d+ (h|min)[^<]*)</g, "><");
  }, text);
  const said = await plain(await page.request.get(base + "/list").then((answer) => answer.text()));
  assert.ok(await plain(null) === said, "piece by piece the same as at once");
  held("piece by piece the list is the same as at once");

  await end("SIGKILL");
  await page.locator("#link.lost").waitFor();
  await begin();
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 20000 });
  await arrives(id(30));
  await page.locator("#row-" + id(30)).getByText("A28").waitFor();
  assert.deepEqual(await twice(), { twice: 0, kept: 0, empty: 0 });
  held("after the desk was started again the list goes on");
  await page.screenshot({ path: picture("cost-1280") });

  await audit(page, "the list");
});
