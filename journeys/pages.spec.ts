// Every page at desk and phone size: it opens, says nothing in the console, and axe finds nothing serious.

import AxeBuilder from '@axe-core/playwright';
import { expect, test } from './town';

const PAGES: [name: string, account: string | null, path: string, device: 'desk' | 'phone'][] = [
  ['regulator-desk', 'limin', '/regulator/', 'desk'],
  ['regulator-alerts', 'limin', '/regulator/alerts', 'desk'],
  ['regulator-cameras', 'limin', '/regulator/cameras', 'desk'],
  ['regulator-businesses', 'limin', '/regulator/businesses', 'desk'],
  ['regulator-matters', 'limin', '/regulator/matters', 'desk'],
  ['regulator-law', 'limin', '/regulator/law?code=CASE.VERIFY&from=2026-09-24', 'desk'],
  ['regulator-law-phone', 'limin', '/regulator/law?code=CASE.PAY&from=2026-09-16', 'phone'],
  ['regulator-people', 'anquan', '/regulator/people', 'desk'],
  ['regulator-people-phone', 'anquan', '/regulator/people', 'phone'],
  ['regulator-audit', 'shenji', '/regulator/audit', 'desk'],
  ['regulator-audit-phone', 'shenji', '/regulator/audit', 'phone'],
  ['regulator-account', 'limin', '/regulator/account', 'phone'],
  ['merchant-account', 'wangji', '/merchant/account', 'phone'],
  ['regulator-system', 'admin', '/regulator/system', 'desk'],
  ['regulator-scenes', 'admin', '/regulator/scenes', 'desk'],
  ['regulator-sign-in', null, '/regulator/sign-in', 'desk'],
  ['merchant-today', 'wangji', '/merchant/', 'phone'],
  ['merchant-history', 'wangji', '/merchant/history', 'phone'],
  ['merchant-shop', 'wangji', '/merchant/shop', 'phone'],
  ['merchant-sign-in', null, '/merchant/sign-in', 'phone'],
  ['public-home', null, '/', 'phone'],
  ['public-businesses', null, '/businesses', 'phone'],
  ['public-kitchens', null, '/kitchens', 'phone'],
  ['public-verify', null, '/verify', 'phone'],
  ['public-home-desk', null, '/', 'desk'],
];

for (const [name, account, path, device] of PAGES) {
  test(`${name} opens quietly and can be used by everybody`, async ({ people }) => {
    const page = await people.as(account, device);
    const wrong: string[] = [];
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => {
      // A camera without a picture answers 503 and a stranger's session 401; the page says so in words.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) wrong.push(message.text());
    });
    await page.goto(path);
    await expect(page.getByRole('main')).toBeVisible();
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: `test-results/${name}.png` });
    expect(wrong).toEqual([]);
    const found = await new AxeBuilder({ page }).disableRules(['scrollable-region-focusable']).analyze();
    const serious = found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical');
    expect(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).slice(0, 5).join(' | ')}`)).toEqual([]);
  });
}

test('the public port weighs less than 150 kB before its first picture', async ({ people }) => {
  const page = await people.as(null, 'phone');
  const client = await page.context().newCDPSession(page);
  await client.send('Network.enable');
  const sizes = new Map<string, number>();
  const urls = new Map<string, string>();
  client.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
  client.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => sizes.set(requestId, encodedDataLength));
  await page.goto('/');
  await expect(page.getByRole('searchbox')).toBeVisible();
  await page.waitForLoadState('load');
  const loaded = [...sizes].filter(([id]) => /\.(js|css|html)$|\/$/.test(new URL(urls.get(id) ?? 'http://x/x').pathname));
  const total = loaded.reduce((sum, [, size]) => sum + size, 0);
  expect(loaded.length).toBeGreaterThan(1);
  expect(total).toBeLessThan(150_000);
  console.log(`public first load: ${Math.round(total / 1000)} kB over the wire in ${loaded.length} files`);
});
