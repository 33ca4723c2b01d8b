// P06, K02: an account from its making to its end, by the three administrators and the person it is for.

import { createHmac } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, test } from './town';

const PASSWORD = '柳溪镇东头的老槐树下';

/** What an authenticator shows at the server's time, so many steps later (RFC 6238). */
async function code(page: Page, secret: string, later = 0): Promise<string> {
  const answer = await page.request.get('/healthz');
  const step = Math.floor(Date.parse(answer.headers()['date']!) / 30_000) + later;
  const bits = [...secret].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('');
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)))).update(count).digest();
  return String((hash.readUInt32BE(hash[19]! & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function enter(page: Page, account: string, password: string) {
  await page.goto('/regulator/sign-in');
  await page.getByLabel('账号').fill(account);
  await page.getByLabel('密码', { exact: true }).fill(password);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

test('an account is made, granted, secured, and cut off while it looks', async ({ people, town }) => {
  const admin = await people.as('admin');
  await admin.goto('/regulator/people');
  await admin.getByRole('button', { name: '新建账号' }).click();
  await admin.getByLabel('姓名', { exact: true }).fill('新人');
  await admin.getByLabel('账号', { exact: true }).fill('xinren');
  await admin.getByRole('button', { name: '新建', exact: true }).click();
  const once = /[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}/.exec((await admin.locator('dialog .word').textContent()) ?? '')?.[0] ?? '';

  const security = await people.as('anquan');
  await security.goto('/regulator/people?q=xinren');
  await security.getByLabel('办理 新人 的账号').selectOption('授予或收回岗位');
  await security.getByLabel('岗位', { exact: true }).last().selectOption('监管所执法人员');
  await security.getByLabel('辖区').selectOption('990302001');
  await security.getByRole('button', { name: '授予', exact: true }).click();
  await expect(security.getByRole('cell', { name: '监管所执法人员' })).toBeVisible();

  const phone = await people.as(null, 'phone');
  await enter(phone, 'xinren', once);
  await expect(phone.getByRole('alert').filter({ hasText: '一次性密码' })).toBeVisible();
  await phone.goto('/regulator/alerts');
  await expect(phone).toHaveURL(/\/account$/);
  await phone.getByLabel('原密码').fill(once);
  await phone.getByLabel('新密码').fill(PASSWORD);
  await phone.getByLabel('再输一次').fill(PASSWORD);
  await phone.getByRole('button', { name: '修改密码' }).click();
  await expect(phone).toHaveURL(/\/regulator\/$/);
  await phone.goto('/regulator/account');
  await phone.getByRole('button', { name: '绑定' }).click();
  await phone.locator('#factor-password').fill(PASSWORD);
  await phone.getByRole('button', { name: '下一步' }).click();
  await expect(phone.getByAltText('绑定动态口令的二维码')).toBeVisible();
  const secret = ((await phone.locator('p.small .mono').textContent()) ?? '').replace(/\s/g, '');
  await phone.locator('#factor-code').fill(await code(phone, secret));
  await phone.getByRole('button', { name: '确认绑定' }).click();
  await expect(phone.locator('.codes li')).toHaveCount(10);

  const desk = await people.as(null);
  await enter(desk, 'xinren', PASSWORD);
  await desk.getByLabel('动态口令').fill('000000');
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('alert')).toContainText('动态口令不对');
  await desk.getByLabel('动态口令').fill(await code(desk, secret, 1));
  await desk.keyboard.press('Enter');
  await expect(desk).toHaveURL(/\/regulator\/$/);

  await security.reload();
  await security.getByLabel('办理 新人 的账号').selectOption('停用账号');
  await security.getByLabel('原因').fill('调离');
  const began = Date.now();
  await security.getByRole('button', { name: '停用账号' }).click();
  await desk.waitForURL(/sign-in/, { timeout: 5_000 });
  console.log(`the desk shows the door ${Date.now() - began} ms after the click that disables the account`);

  const audit = await people.as('shenji');
  await audit.goto('/regulator/audit?q=xinren');
  for (const act of ['新建账号', '授予岗位', '修改密码', '绑定动态口令', '登录失败', '停用账号']) {
    await expect(audit.locator('tbody').getByText(act).first()).toBeVisible();
  }
  await expect(audit.getByText('调离')).toBeVisible();
  const table = await audit.request.get(`${town.url}/api/audit.csv?q=xinren`);
  expect(await table.text()).toContain('account.disabled');
});
