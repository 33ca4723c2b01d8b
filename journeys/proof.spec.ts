// A matter's bundle leaves the desk and is checked by anybody, in the browser alone [B07 G12].

import { readFileSync } from 'node:fs';
import { expect, test } from './town';

test('an officer saves a bundle and the public page finds what was changed in it', async ({ people }) => {
  const desk = await people.as('limin');
  const matters = await (await desk.request.get('/api/matters?page_size=1')).json();
  await desk.goto(`/regulator/matters/${matters.items[0].id}`);
  const saved = desk.waitForEvent('download');
  await desk.getByRole('button', { name: '下载核验包' }).click();
  const text = readFileSync(await (await saved).path(), 'utf8');
  await expect(desk.getByText(/核验包已保存/)).toBeVisible();
  await desk.screenshot({ path: 'test-results/desk-bundle.png' });

  const phone = await people.as(null, 'phone');
  await phone.goto('/');
  await phone.getByRole('link', { name: '核验一份记录' }).click();
  await expect(phone.getByRole('heading', { name: '核验', level: 1 })).toBeVisible();
  // From here on nobody is asked: the network is gone.
  await phone.context().setOffline(true);
  const choose = async (content: string) =>
    await phone.locator('.drop input[type=file]').setInputFiles({ name: '核验包.json', mimeType: 'application/json', buffer: Buffer.from(content) });
  await choose(text);
  await expect(phone.getByRole('heading', { name: '核验通过' })).toBeVisible();
  await phone.screenshot({ path: 'test-results/phone-verified.png', fullPage: true });
  await choose(text.replace(/actor_name\\":\\"[^\\]+/, 'actor_name\\":\\"别人'));
  await expect(phone.getByRole('heading', { name: '核验不通过' })).toBeVisible();
  await expect(phone.getByText(/别人.*与存证日志对不上/)).toBeVisible();
  await choose(text.slice(0, text.length / 2));
  await expect(phone.getByText(/不是核验包，或者文件已损坏/)).toBeVisible();
});
