// Somebody sets up the second step of signing in, with codes of a program that we did not write (oathtool). See README.md beside this file.
import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import { held, look, picture, startBrowser, startDesk } from "./harness.mjs";

const desk = await startDesk({ users: { abe: "admin" }, kiosks: {}, list: null, toml: '[security]\ntotp_required = "admin"\n[clinic]\nname = "Mill Street & Sons"\n' });
const { base } = desk;
const { open, typePassword, play } = await startBrowser(desk);
// So many seconds from now.
const code = (secret, seconds = 0) => {
  const at = new Date(Date.now() + 1000 * seconds).toISOString();
  const done = spawnSync("oathtool", ["--totp", "--base32", "--now", at, secret], { encoding: "utf8" });
  assert.equal(done.status, 0, "oathtool (the Debian package of that name) is needed: " + done.stderr);
  return done.stdout.trim();
};
// What a telephone would read of the square code.
const scanned = (picture) => spawnSync("zbarimg", ["--quiet", "--raw", picture], { encoding: "utf8" }).stdout.trim();
async function begin(page) {
  await page.goto(base + "/sign-in");
  await typePassword(page, "abe");
}
await play(async () => {
  const page = await open({ deviceScaleFactor: 2, bypassCSP: true });
  await begin(page);
  await page.waitForURL(base + "/account");
  await page.getByText("Your role requires two-step verification").waitFor();
  await page.getByText("Set up", { exact: true }).first().click();
  await page.getByLabel("Your password").fill("correct horse");
  await page.keyboard.press("Enter");
  const square = page.getByRole("img", { name: "QR code of the key" });
  await square.waitFor();
  const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
  await square.screenshot({ path: picture("square") });
  const address = scanned(picture("square"));
  assert.equal(address, `otpauth://totp/Mill%20Street%20%26%20Sons:abe?secret=${secret}&issuer=Mill%20Street%20%26%20Sons`);
  await look(page, "account-setup");
  const used = code(secret);
  await page.getByLabel("2. Type the code from the app").fill(used);
  await page.keyboard.press("Enter");
  await page.getByText("they are not shown again").waitFor();
  const recovery = await page.locator(".recovery li").allInnerTexts();
  assert.equal(recovery.length, 10);
  await look(page, "account-codes");
  await page.getByRole("link", { name: "I saved them" }).click();
  await page.waitForURL(base + "/");
  held("an admin is led to the second step, and sets it up with a scanned code");

  const again = await open({ deviceScaleFactor: 2, bypassCSP: true });
  await begin(again);
  await again.waitForURL(base + "/sign-in/code");
  await look(again, "sign-in-code");
  await again.getByLabel("Code from your authenticator app").fill(used);
  await again.keyboard.press("Enter");
  await again.getByText("Incorrect code, or it was already used").waitFor();
  await again.getByLabel("Code from your authenticator app").fill(code(secret, 30));
  await again.keyboard.press("Enter");
  await again.waitForURL(base + "/");
  held("a code is used once, and the next one signs in");

  const lost = await open({ deviceScaleFactor: 2, bypassCSP: true });
  await begin(lost);
  await lost.getByLabel("Code from your authenticator app").fill(recovery[3].toUpperCase());
  await lost.keyboard.press("Enter");
  await lost.waitForURL(base + "/");
  await lost.getByRole("link", { name: "Your account, abe" }).click();
  await lost.getByText("9 of 10 recovery codes left").waitFor();
  await look(lost, "account");
  held("a recovery code signs in without the telephone");

  await lost.getByRole("button", { name: "Sign out of all other sessions" }).click();
  await lost.getByText("signed out of 2 other sessions").waitFor();
  // The page locks where it is, and asks for the name again.
  await page.getByLabel("Password").waitFor();
  assert.equal(await page.locator("#list").count(), 0);
  held("other sessions end at once");
});
