// A site adds a line of business with four files, and people work in it without knowing that nobody programmed it. [L02, T21]

import { join } from 'node:path';
import { expect, test } from './town';

test.use({ site: join(import.meta.dirname, '../server/tests/platform/lifts') });

test('a lift is found unsafe, mended, checked and closed', async ({ people }) => {
  const desk = await people.as('limin');
  await desk.goto('/regulator/matters');
  await desk.getByRole('link', { name: '立案', exact: true }).click();
  await desk.getByRole('searchbox', { name: /地址或证号/ }).fill('王记');
  await desk.keyboard.press('Enter');
  await desk.getByRole('button', { name: /王记面馆/ }).first().click();
  // What must be filled in is asked for before anything is sent.
  await desk.getByRole('button', { name: '立案', exact: true }).click();
  await expect(desk).toHaveURL(/matters\/new/);
  await desk.getByLabel('使用登记证编号').fill('梯11-柳-000123');
  await desk.getByLabel('一般').check();
  await desk.getByLabel('整改要求').fill('更换轿厢应急照明。');
  await desk.getByRole('button', { name: '立案', exact: true }).click();
  await expect(desk.getByRole('heading', { name: '王记面馆：电梯隐患整改' })).toBeVisible();
  await expect(desk.getByText('柳市监特隐〔2026〕石桥 0001 号').first()).toBeVisible();
  const id = new URL(desk.url()).pathname.split('/').pop()!;

  const phone = await people.as('wangji', 'phone');
  await phone.goto(`/merchant/matters/${id}/submit`);
  const photo = await desk.screenshot({ type: 'jpeg' });
  await phone.locator('input[type=file]').first().setInputFiles({ name: '照明.jpg', mimeType: 'image/jpeg', buffer: photo });
  await expect(phone.getByRole('button', { name: '删掉第 1 张' })).toBeVisible();
  await phone.getByRole('button', { name: '下一步' }).click();
  await phone.getByRole('textbox').fill('已更换应急照明。');
  await phone.getByRole('button', { name: /^提交/ }).click();
  await expect.poll(async () => (await (await phone.request.get(`/api/matters/${id}`)).json()).state_title, { timeout: 20_000 }).toBe('待复查');

  await desk.reload();
  await desk.getByRole('button', { name: /复查合格/ }).click();
  await desk.getByRole('dialog').getByRole('textbox').first().fill('现场复查合格。');
  await desk.getByRole('dialog').getByRole('button', { name: /复查合格/ }).click();
  await expect(desk.getByText('隐患消除').first()).toBeVisible();
});
