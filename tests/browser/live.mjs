// The live connection of a phone, a board and staff's pages, while the network and the desk come and go. See README.md beside this file.
import assert from "node:assert/strict";
import { held, picture, seconds, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ toml: (base) => `[[clinic.points]]\nname = "Room 3"\n[clinic.pages]\naddress = "${base}"\n` });
const { open, signIn, play, browser } = await startBrowser(desk);
// The stream of a page, and not the script that keeps it.
const STREAM = /\/live(\?|$)/;
const SLOW = { offline: false, latency: 2000, downloadThroughput: 6000, uploadThroughput: 6000 };
const OFFLINE = { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 };
const NORMAL = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
async function network(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  return (conditions) => session.send("Network.emulateNetworkConditions", conditions);
}
// How often an address was asked for, and when.
function asked(page, pattern) {
  const times = [];
  page.on("request", (request) => { if (pattern.test(request.url())) times.push(Date.now()); });
  return times;
}
await play(async () => {
  const staff = await signIn("ana");
  await staff.keyboard.press("Escape");
  await staff.locator("#point").selectOption("Room 3");
  await staff.getByRole("button", { name: "Save my room" }).click();
  await staff.waitForFunction(() => document.getElementById("said").textContent === "Save my room");
  const press = async (id, name) => {
    const button = staff.locator("#row-" + id).getByRole("button", { name });
    if (!(await button.isVisible())) await staff.locator("#row-" + id).getByText("More", { exact: true }).click();
    await button.click();
  };
  for (const id of ["apt-0001", "apt-0004", "apt-0007"]) await desk.arrives(id);

  // Far from the next mast: seconds for every answer, and a few thousand letters in each.
  const phone = await open({ viewport: { width: 360, height: 740 } });
  const becomes = await network(phone);
  await becomes(SLOW);
  let began = Date.now();
  await phone.goto(await desk.pageOf("A1"));
  await phone.getByText("Your number").waitFor();
  held(`over a slow network the page is there after ${seconds(began)}`);
  const live = asked(phone, STREAM);
  await press("apt-0001", /^Call:/);
  began = Date.now();
  await phone.getByText("Please come to Room 3").first().waitFor({ timeout: 15000 });
  held(`and hears of a call after ${seconds(began)}`);
  await phone.waitForTimeout(20000);
  assert.ok(await phone.locator("#lost").isHidden(), "what is slow is not lost");
  assert.ok(live.length <= 1, `a slow connection is kept: ${live.length} were made`);
  held("it is slow for long and is kept");

  // Airplane mode, and back.
  await becomes(NORMAL);
  await becomes(OFFLINE);
  began = Date.now();
  await phone.locator("#lost").getByText("Not connected").waitFor({ timeout: 30000 });
  held(`without a network the phone says so after ${seconds(began)}`);
  await phone.screenshot({ path: picture("phone-airplane"), fullPage: true });
  await press("apt-0001", /^Start:/);
  await becomes(NORMAL);
  began = Date.now();
  await phone.locator("#lost").waitFor({ state: "hidden", timeout: 25000 });
  assert.equal(await phone.getByText("Please come to Room 3").count(), 0);
  held(`back in the network it shows what is now after ${seconds(began)}`);

  // A network that lets no live connection through: pages are asked for instead.
  const blocked = await open({ viewport: { width: 360, height: 740 }, serviceWorkers: "block" });
  await blocked.route(STREAM, (route) => route.abort());
  const parts = asked(blocked, /\/part/);
  await blocked.goto(await desk.pageOf("A2"));
  await blocked.getByText("Your number").waitFor();
  const list = await signIn("ana");
  await list.route(STREAM, (route) => route.abort());
  await list.reload();
  await press("apt-0004", /^Call:/);
  began = Date.now();
  await blocked.getByText("Please come to Room 3").first().waitFor({ timeout: 30000 });
  assert.ok(await blocked.locator("#lost").isHidden());
  await list.locator("#called #row-apt-0004").waitFor({ timeout: 30000 });
  held(`where no live connection gets through, phone and list ask, and know after ${seconds(began)}`);
  assert.ok(parts.length <= 1 + Math.ceil((Date.now() - began) / 1000) / 2, `it asks now and then, not all the time: ${parts.length}`);
  await list.close();

  // Somebody looks at another page: the phone rests, and is of now when it is looked at again.
  const resting = await open({ viewport: { width: 360, height: 740 } });
  await resting.goto(await desk.pageOf("A3"));
  await resting.getByText("Your number").waitFor();
  const seen = (state) => resting.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, value: state });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
  const streams = asked(resting, STREAM);
  await seen("hidden");
  await resting.waitForTimeout(22000);
  await press("apt-0007", /^Call:/);
  await staff.locator("#called #row-apt-0007").waitFor();
  assert.equal(await resting.getByText("Please come to Room 3").count(), 0, "it rests");
  await seen("visible");
  await resting.getByText("Please come to Room 3").first().waitFor({ timeout: 3000 });
  assert.equal(streams.length, 1);
  held("a phone that nobody looks at rests, and is of now at the first look");

  // The desk is started again: everybody comes back, and not in the same moment.
  const crowd = [];
  for (let n = 0; n < 12; n++) {
    const one = await open({ viewport: { width: 360, height: 740 }, serviceWorkers: "block" });
    await one.goto(await desk.pageOf("A3"));
    await one.getByText("Your number").waitFor();
    crowd.push({ one, parts: asked(one, /\/part/) });
  }
  await desk.end("SIGKILL");
  const gone = Date.now();
  await staff.getByText(/Not connected/).waitFor();
  await desk.begin();
  await Promise.all(crowd.map(({ one }) => one.locator("#lost").waitFor({ state: "hidden", timeout: 60000 })));
  await staff.getByText("Live", { exact: true }).waitFor({ timeout: 15000 });
  const first = crowd.map(({ parts }) => parts[0] - gone).sort((a, b) => a - b);
  assert.ok(first.at(-1) - first[0] > 1000, `they came back within ${first.at(-1) - first[0]} ms of each other`);
  held(`after a restart twelve phones came back over ${((first.at(-1) - first[0]) / 1000).toFixed(1)} s, the first after ${(first[0] / 1000).toFixed(1)} s`);

  // Pages that do not keep themselves current say only when the desk is not reached.
  await staff.goto(desk.base + "/board");
  assert.ok(await staff.locator("#link").isHidden());
  await desk.end("SIGKILL");
  await staff.getByText(/Not connected/).waitFor();
  await staff.screenshot({ path: picture("boards-lost-1280") });
  await staff.setViewportSize({ width: 360, height: 800 });
  await staff.screenshot({ path: picture("boards-lost-360") });
  await desk.begin();
  await staff.locator("#link").waitFor({ state: "hidden", timeout: 15000 });
  held("every page of staff says when the desk is not reached");
  assert.ok(browser.isConnected());
});
