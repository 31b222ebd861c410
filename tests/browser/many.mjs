// Many pages of the desk in one browser, which makes six connections to one address over plain HTTP. See README.md beside this file.
import assert from "node:assert/strict";
import { held, seconds, startBrowser, startDesk } from "./harness.mjs";

// Longer than a page stays connected that nobody looks at.
const RESTS_BY_THEN = 22000;
const desk = await startDesk();
const { signIn, play } = await startBrowser(desk);
await play(async () => {
  const first = await signIn("ana"), unseen = [];
  const seen = (page, state) => page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 4; n++) {
      const page = await first.context().newPage();
      await page.goto(desk.base + "/", { timeout: 10000 });
      await page.getByText("Live", { exact: true }).waitFor();
      await seen(page, "hidden");
      unseen.push(page);
    }
    await first.waitForTimeout(RESTS_BY_THEN);
  }
  held("nine pages of one browser open, one after the other");

  const knows = async (page, id) => (await page.locator(`#row-${id}.arrived`).count()) === 1;
  const knowing = async (id) => (await Promise.all(unseen.map((page) => knows(page, id)))).flatMap((yes, n) => (yes ? [unseen[n]] : []));
  await desk.arrives("apt-0001");
  await first.locator("#row-apt-0001.arrived").waitFor();
  await first.waitForTimeout(3000);
  const [keeper, ...more] = await knowing("apt-0001");
  assert.ok(keeper && more.length === 0, `of those that nobody looks at, ${1 + more.length} stayed connected`);
  held("of those that nobody looks at, one stays connected");

  unseen.splice(unseen.indexOf(keeper), 1);
  await keeper.close();
  await desk.arrives("apt-0004");
  await first.locator("#row-apt-0004.arrived").waitFor();
  await first.waitForTimeout(3000);
  assert.equal((await knowing("apt-0004")).length, 1, "another one takes its place");
  held("and another one when it is closed");

  const resting = unseen.find((page) => page !== unseen[0]);
  const began = Date.now();
  await seen(resting, "visible");
  await resting.locator("#row-apt-0004.arrived").waitFor({ timeout: 5000 });
  held(`a page that rested is of now ${seconds(began)} after somebody looks at it`);
});
