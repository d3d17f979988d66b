// A director at the board, in headless Chromium, against a real controller. The test around it
// (tests/integration/console_test.cc) plays the team: it reads the lines printed here.
//   board.mjs URL EXERCISE OUT    the token on standard input
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url, exercise, out] = process.argv.slice(2);
const token = readFileSync(0, 'utf8').trim();
const browser = await chromium.launch({
  executablePath: process.env.DRILL_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const context = await browser.newContext({
  ignoreHTTPSErrors: true, // the drill's own CA
  viewport: { width: 1366, height: 768 },
  locale: 'vi-VN',
  timezoneId: 'Asia/Ho_Chi_Minh',
  reducedMotion: 'reduce',
});
const page = await context.newPage();
page.setDefaultTimeout(60_000);
const faults = [];
page.on('pageerror', (error) => faults.push(String(error)));
page.on('request', (request) => {
  if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
    faults.push(`asks elsewhere: ${request.url()}`);
  }
});
page.on('console', (message) => {
  if (/Content Security Policy/.test(message.text())) faults.push(message.text());
});
const picture = (name) => page.screenshot({ path: `${out}/${name}.png`, fullPage: true });

await page.goto(url);
await page.fill('#token', 'drl_wrong');
await page.keyboard.press('Enter');
await page.waitForSelector('form [role=alert]');
await picture('sign-in');
await page.fill('#token', token);
await page.keyboard.press('Enter');
await page.click(`a[href="#${exercise}"]`);
const cookie = (await context.cookies()).find((c) => c.name === '__Host-drill');
if (!cookie?.httpOnly || !cookie.secure || cookie.sameSite !== 'Strict') faults.push('cookie');

await page.click('[data-act=start]');
await page.waitForSelector('dialog[open]');
await picture('confirm');
await page.click('#confirm');
await page.waitForSelector('[data-act=pause]');
console.log('started');
await page.waitForSelector('[data-mark="detected decoy"]', { state: 'attached' });
await page.locator('#log li', { hasText: 'observationMade' }).first().waitFor();
await picture('board');
console.log('detected');

await context.setOffline(true);
await page.waitForSelector('.banner');
for (const act of await page.locator('[data-act]').all()) {
  if (await act.isEnabled()) faults.push('an act is offered while disconnected');
}
await picture('disconnected');
await context.setOffline(false);
await page.waitForSelector('.banner', { state: 'detached' });
const made = await page.locator('#log li', { hasText: 'observationMade' }).count();
if (made !== 1) faults.push(`the detection is shown ${made} times after the connection came back`);

await page.click('#language');
await page.locator('h2', { hasText: 'Timeline' }).waitFor();
await page.emulateMedia({ colorScheme: 'dark' });
await picture('board-dark-en');
await page.setViewportSize({ width: 390, height: 844 });
await picture('board-phone');
await page.click('#signout');
await page.waitForSelector('#token');
await page.reload();
await page.waitForSelector('#token');
await browser.close();
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
