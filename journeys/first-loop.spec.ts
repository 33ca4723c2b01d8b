// The first loop: a kitchen camera's picture becomes a rectified violation, by hands on three ports.

import { expect, test } from './town';

test('a kitchen turns black, is judged on the desk, mended on the phone, checked, and the public sees it @postgres', async ({ town, people }) => {
  const desk = await people.as('limin');
  await desk.goto('/regulator/alerts');
  await expect(desk.getByRole('heading', { name: /待研判/ })).toBeVisible();
  const camera = await town.camera(desk, '王记面馆', '烹饪区 01');
  await expect.poll(async () => (await (await desk.request.get(`/api/cameras/${camera}`)).json()).state, { timeout: 60_000 }).toBe('online');

  // It happens in the kitchen; the desk is told without a reload.
  await town.show(camera, 'black');
  const row = desk.getByRole('button', { name: /摄像头黑屏.*王记面馆|黑屏.*王记面馆/ });
  await expect(row).toBeVisible({ timeout: 30_000 });
  await row.click();
  await expect(desk.getByRole('heading', { name: /黑屏/, level: 2 })).toBeVisible();
  await desk.screenshot({ path: 'test-results/desk-alert.png' });

  // 1 有效 → 责令改正, all by keyboard but the choice.
  await expect(desk.getByRole('button', { name: /^1\s*有效/ })).toBeEnabled();
  await desk.keyboard.press('1');
  await desk.getByRole('radio', { name: /责令改正/ }).click({ timeout: 10_000 });
  const requirement = desk.getByRole('textbox').last();
  await expect(requirement).not.toHaveValue('');
  await desk.getByRole('button', { name: /^责令改正/ }).last().click();
  await expect.poll(async () => (await (await desk.request.get(`/api/alerts?camera=${camera}&state=valid&scene=camera_black`)).json()).total).toBe(1);
  const orders = (await (await desk.request.get('/api/matters?procedure=rectification&open=true')).json()).items;
  const order = orders.find((one: { business_name: string }) => one.business_name === '王记面馆');
  expect(order).toBeTruthy();

  // The business, on a phone.
  const phone = await people.as('wangji', 'phone');
  await phone.goto('/merchant/');
  await expect(phone.getByRole('heading', { name: /今天还有 \d+ 件/ })).toBeVisible();
  await phone.goto(`/merchant/matters/${order.id}`);
  await phone.getByRole('button', { name: /已阅/ }).click();
  const confirm = phone.getByRole('dialog').getByRole('button', { name: /已阅/ });
  if (await confirm.isVisible({ timeout: 2_000 }).catch(() => false)) await confirm.click();
  await expect.poll(async () => (await (await phone.request.get(`/api/matters/${order.id}`)).json()).history.length, { timeout: 15_000 }).toBe(2);
  await town.show(camera, 'cooking');
  const photo = await (await desk.request.get(`/api/cameras/${camera}/snapshot.jpg`)).body();
  await phone.goto(`/merchant/matters/${order.id}/submit`);
  await phone.locator('input[type=file]').first().setInputFiles({ name: '整改.jpg', mimeType: 'image/jpeg', buffer: photo });
  await expect(phone.getByRole('button', { name: '删掉第 1 张' })).toBeVisible();
  await phone.screenshot({ path: 'test-results/phone-photos.png' });
  await phone.getByRole('button', { name: '下一步' }).click();
  await phone.getByRole('textbox').fill('镜头已擦净，并张贴不得遮挡的提示。');
  await phone.getByRole('button', { name: /^提交/ }).click();
  await expect.poll(async () => (await (await phone.request.get(`/api/matters/${order.id}`)).json()).state_title, { timeout: 20_000 }).toMatch(/复核/);

  // Sent back once, with a reason; mended again; passed.
  await desk.goto(`/regulator/matters/${order.id}`);
  await desk.getByRole('button', { name: /退回/ }).click();
  await desk.getByRole('dialog').getByRole('textbox').first().fill('照片没有拍到灶台全景，请重拍。');
  await desk.getByRole('dialog').getByRole('button', { name: /退回/ }).click();
  await expect(desk.getByText('照片没有拍到灶台全景，请重拍。').first()).toBeVisible();
  const upload = await phone.request.post('/api/files', { multipart: { file: { name: '重拍.jpg', mimeType: 'image/jpeg', buffer: photo } } });
  const again = await phone.request.post(`/api/matters/${order.id}/acts/submit`, { data: { form: { statement: '已重拍全景。' }, files: [(await upload.json()).id] } });
  expect(again.status()).toBe(200);
  await desk.getByRole('button', { name: /复核通过/ }).click();
  await desk.getByRole('dialog').getByRole('textbox').first().fill('画面恢复，符合要求。');
  await desk.getByRole('dialog').getByRole('button', { name: /复核通过/ }).click();
  await expect.poll(async () => (await (await desk.request.get(`/api/matters/${order.id}`)).json()).end).toBe(true);
  await desk.screenshot({ path: 'test-results/desk-matter.png' });

  // Anyone, without an account.
  const citizen = await people.as(null, 'phone');
  await citizen.goto('/');
  await citizen.getByRole('searchbox').fill('王记面馆');
  await citizen.getByRole('button', { name: '查询' }).click();
  await citizen.getByRole('link', { name: /王记面馆/ }).first().click();
  await expect(citizen.getByRole('heading', { name: '王记面馆' })).toBeVisible();
  await expect(citizen.getByText(/改好/).first()).toBeVisible();
  await citizen.screenshot({ path: 'test-results/public-business.png' });
});

test('a citizen watches an open kitchen live, and the picture moves', async ({ town, people }) => {
  const citizen = await people.as(null, 'phone');
  await citizen.goto('/kitchens');
  const desk = await people.as('limin');
  const camera = await town.camera(desk, '石桥中心小学食堂', '烹饪区');
  const cameras = await (await citizen.request.get('/api/public/cameras?page_size=100')).json();
  const open = cameras.items.find((one: { watchable: boolean; business_name: string }) => one.watchable && one.business_name === '好味来快餐');
  expect(open).toBeTruthy();
  // The school is closed on a Saturday: its kitchen is not shown, and the reason is.
  expect(cameras.items.find((one: { id: string }) => one.id === camera).why_not).toBe('closed_now');
  await citizen.goto(`/businesses/${open.business_id}?camera=${open.id}`);
  const video = citizen.locator('video');
  await expect(video).toBeVisible({ timeout: 20_000 });
  await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime), { timeout: 20_000 }).toBeGreaterThan(0.5);
  const before = await video.evaluate((it: HTMLVideoElement) => it.currentTime);
  await expect.poll(() => video.evaluate((it: HTMLVideoElement) => it.currentTime)).toBeGreaterThan(before + 1);
  expect(await video.evaluate((it: HTMLVideoElement) => it.videoWidth)).toBeGreaterThan(300);
  await citizen.screenshot({ path: 'test-results/public-live.png' });
});

test('an officer sees the own station alone, in list, map and wall', async ({ people }) => {
  const zhou = await people.as('zhoukai');
  await zhou.goto('/regulator/businesses');
  await expect(zhou.getByText(/家/).first()).toBeVisible();
  const list = await (await zhou.request.get('/api/businesses?page_size=200')).json();
  expect(list.total).toBeGreaterThan(50);
  expect(list.items.every((one: { area_code: string }) => one.area_code.startsWith('990303001'))).toBe(true);
  await expect(zhou.getByText('王记面馆')).toHaveCount(0);
  const limin = await people.as('limin');
  const own = await (await limin.request.get('/api/businesses?q=wjmg')).json();
  expect(own.items.map((one: { name: string }) => one.name)).toContain('王记面馆');
  const stranger = await zhou.goto(`/regulator/businesses/${own.items.find((one: { name: string }) => one.name === '王记面馆').id}`);
  expect(stranger!.status()).toBe(200);
  await expect(zhou.getByText('王秀兰')).toHaveCount(0);
});

test('who is not signed in is asked to, and a wrong password says so', async ({ people }) => {
  const page = await people.as(null);
  await page.goto('/regulator/alerts');
  await page.getByLabel('账号').fill('limin');
  await page.getByLabel('密码', { exact: true }).fill('wrong wrong wrong');
  await page.getByRole('button', { name: '登录' }).click();
  await expect(page.getByText(/账号或密码/)).toBeVisible();
});
