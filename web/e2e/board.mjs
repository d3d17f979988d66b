// A director at the board and a responder on a phone, in headless Chromium, against a real controller.
// The test around it (tests/integration/console_test.cc) reads the lines printed here.
//   board.mjs URL EXERCISE OUT    the director's token and the responder's, a line each, on
//                                 standard input
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url, exercise, out] = process.argv.slice(2);
const [token, teamToken] = readFileSync(0, 'utf8').split('\n');
const browser = await chromium.launch({
  executablePath: process.env.DRILL_CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const options = {
  ignoreHTTPSErrors: true, // the drill's own CA
  viewport: { width: 1366, height: 768 },
  locale: 'vi-VN',
  timezoneId: 'Asia/Ho_Chi_Minh',
  reducedMotion: 'reduce',
};
const context = await browser.newContext(options);
const faults = [];
async function open(from) {
  const made = await from.newPage();
  made.setDefaultTimeout(60_000);
  made.on('pageerror', (error) => faults.push(String(error)));
  made.on('request', (request) => {
    if (!/^data:/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
      faults.push(`asks elsewhere: ${request.url()}`);
    }
  });
  made.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  await made.goto(url);
  return made;
}
const page = await open(context);
const picture = (name) => page.screenshot({ path: `${out}/${name}.png`, fullPage: true });

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
// Started and applied: now there is a process to be found.
const played = page.locator('#log li', { hasText: /orderReported app-1 .*inject=decoy/ });
await played.nth(1).waitFor();

const phone = await browser.newContext({ ...options, viewport: { width: 390, height: 844 } });
const team = await open(phone);
await team.fill('#token', teamToken);
await team.keyboard.press('Enter');
await team.click(`a[href="#${exercise}"]`);
await team.fill('#host', 'app-1');
await team.selectOption('#kind', { label: 'tên tiến trình' });
await team.fill('#value', 'kdevtmpfs.x');
await team.fill('#text', 'Tiến trình giả danh');
await team.locator('strong', { hasText: 'đang chạy' }).waitFor();
if (await team.locator('.banner').count()) faults.push('a banner of disconnection while connected');
await team.screenshot({ path: `${out}/team-phone.png`, fullPage: true });
await team.click('#send');
await team.locator('#history li', { hasText: 'Tiến trình giả danh' }).waitFor();
const wide = await team.evaluate(() => document.documentElement.scrollWidth > innerWidth);
if (wide) faults.push('the team page is wider than a phone');
// A page that is not for one, or is not there, says so; it is no lost connection.
await team.goto(`${url}#khong-co`);
await team.locator('#refused').waitFor();
if (await team.locator('.banner').count()) faults.push('a refusal is shown as a lost connection');
await team.goto(`${url}#${exercise}`);
await team.locator('strong', { hasText: 'đang chạy' }).waitFor();
await phone.clearCookies(); // the session is over, as after hours or by signing out elsewhere
await team.waitForSelector('#token');
await phone.close();

await page.waitForSelector('[data-mark="detected decoy"]', { state: 'attached' });
await page.locator('#log li', { hasText: 'observationMade' }).first().waitFor();
await picture('board');
console.log('detected');

// Each button does what it says; the last inject is minutes away.
const press = async (act, then) => {
  await page.click(`[data-act="${act}"]`);
  await page.click('#confirm');
  await page.waitForSelector(then);
  await page.waitForSelector('dialog', { state: 'detached' });
};
const logged = (kind) => page.locator('#log li', { hasText: kind }).first().waitFor();
await press('pause', '[data-act=resume]');
await press('resume', '[data-act=pause]');
await press('hold lines', 'td:text-is("đang giữ")');
await press('skip lines', 'td:text-is("đã bỏ")');
await logged('injectRevoked');

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
await page.click('[data-act=real]');
await page.click('#confirm');
await page.waitForSelector('.real');
await logged('realIncidentRaised');
// As its dialog says: the clock stands, and what was played stays.
await page.locator('#phase', { hasText: 'paused' }).waitFor();
await page.goto(`${url}#khong-co`);
await page.locator('#refused').waitFor();
if (await page.locator('.banner').count()) faults.push('a refusal is shown as a lost connection');
await page.goto(`${url}#${exercise}`);
await page.locator('#phase', { hasText: 'paused' }).waitFor();
await page.click('#signout');
await page.waitForSelector('#token');
await page.reload();
await page.waitForSelector('#token');
await browser.close();
for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
