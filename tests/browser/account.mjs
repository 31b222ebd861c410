// Somebody sets up the second step of signing in, with codes of a program that we did not write (oathtool). See README.md beside this file.
import { createRequire } from "node:module";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(process.env.NODE_PATH ? process.env.NODE_PATH + "/" : import.meta.url);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const desk = process.env.DESK ?? "target/debug/arrivals-desk";
const out = process.argv[2] ?? "out";
mkdirSync(out, { recursive: true });

const data = mkdtempSync(join(tmpdir(), "desk-"));
const config = join(data, "desk.toml");
writeFileSync(config, `data = "${data}"\nlisten = "127.0.0.1:0"\n[security]\ntotp_required = "admin"\n[clinic]\nname = "Mill Street & Sons"\n`);
const run = (args, input) => {
  const done = spawnSync(desk, [...args, "--config", config], { input, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
};
run(["user", "add", "abe", "--role", "admin"], "correct horse\n");
const server = spawn(desk, ["serve", "--config", config], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((found) => server.stdout.once("data", (line) => found(String(line).trim().split(" ").pop())));
// So many seconds from now.
const code = (secret, seconds = 0) => {
  const at = new Date(Date.now() + 1000 * seconds).toISOString();
  const done = spawnSync("oathtool", ["--totp", "--base32", "--now", at, secret], { encoding: "utf8" });
  assert.equal(done.status, 0, "oathtool (the Debian package of that name) is needed: " + done.stderr);
  return done.stdout.trim();
};
// What a telephone would read of the square code.
const scanned = (picture) => spawnSync("zbarimg", ["--quiet", "--raw", picture], { encoding: "utf8" }).stdout.trim();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const held = (what) => console.log("ok  " + what);
const faults = [];
async function fresh() {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 2, bypassCSP: true })).newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  return page;
}
async function typePassword(page) {
  await page.goto(base + "/sign-in");
  await page.getByLabel("Name").fill("abe");
  await page.getByLabel("Password").fill("correct horse");
  await page.keyboard.press("Enter");
}
async function isSound(page, name) {
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(out, `${name}-${width}.png`), fullPage: true });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `sideways scroll at ${width}`);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run());
    assert.deepEqual(found.violations.map((violation) => `${violation.id}: ${violation.nodes[0].html}`), []);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}
try {
  const page = await fresh();
  await typePassword(page);
  await page.waitForURL(base + "/account");
  await page.getByText("Your role needs a second step").waitFor();
  await page.getByText("Set it up", { exact: true }).first().click();
  await page.getByLabel("Your password").fill("correct horse");
  await page.keyboard.press("Enter");
  const square = page.getByRole("img", { name: "The key as a square code, for the app" });
  await square.waitFor();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  await square.screenshot({ path: join(out, "square.png") });
  const address = scanned(join(out, "square.png"));
  assert.equal(address, `otpauth://totp/Mill%20Street%20%26%20Sons:abe?secret=${secret}&issuer=Mill%20Street%20%26%20Sons`);
  await isSound(page, "account-setup");
  const used = code(secret);
  await page.getByLabel("2. Type the code that the app shows").fill(used);
  await page.keyboard.press("Enter");
  await page.getByText("they are not shown again").waitFor();
  const recovery = await page.locator(".recovery li").allInnerTexts();
  assert.equal(recovery.length, 10);
  await isSound(page, "account-codes");
  await page.getByRole("link", { name: "I have them" }).click();
  await page.waitForURL(base + "/");
  held("an admin is led to the second step, and sets it up with a scanned code");

  const again = await fresh();
  await typePassword(again);
  await again.waitForURL(base + "/sign-in/code");
  await isSound(again, "sign-in-code");
  await again.getByLabel("Code from your authenticator app").fill(used);
  await again.keyboard.press("Enter");
  await again.getByText("That code is not right, or was used already").waitFor();
  await again.getByLabel("Code from your authenticator app").fill(code(secret, 30));
  await again.keyboard.press("Enter");
  await again.waitForURL(base + "/");
  held("a code is used once, and the next one signs in");

  const lost = await fresh();
  await typePassword(lost);
  await lost.getByLabel("Code from your authenticator app").fill(recovery[3].toUpperCase());
  await lost.keyboard.press("Enter");
  await lost.waitForURL(base + "/");
  await lost.getByRole("link", { name: "Your account, abe" }).click();
  await lost.getByText("9 of 10 recovery codes are left").waitFor();
  await isSound(lost, "account");
  held("a recovery code signs in without the telephone");

  await lost.getByRole("button", { name: "Sign out everywhere else" }).click();
  await lost.getByText("signed out at 2 other places").waitFor();
  await page.waitForURL(/sign-in/, { timeout: 30000 });
  held("other sessions end at once");
  assert.deepEqual(faults, []);
} finally {
  await browser.close();
  server.kill("SIGTERM");
}
