// @vitest-environment node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { AUDIT_ACTS, auditDetail, deviceText } from './texts';

it('the log’s filter names every act that the server writes down', () => {
  const source = readFileSync(fileURLToPath(new URL('../../../../../registers/people/src/audit.rs', import.meta.url)), 'utf8');
  const written = [...source.matchAll(/pub const \w+: &str = "([^"]+)"/g)].map((found) => found[1]);
  expect(AUDIT_ACTS.map((act) => act.id).sort()).toEqual(written.sort());
});

it('an entry reads as a line', () => {
  expect(auditDetail('sign_in.failed', { reason: 'password' })).toBe('密码不对');
  expect(auditDetail('account.disabled', { reason: '调离', sessions_ended: 2 })).toBe('调离；断开 2 处登录');
  expect(auditDetail('post.granted', { post: 'station.head', post_title: '所长', place: '石桥所', before: '' })).toBe('所长 · 石桥所');
  expect(auditDetail('sign_out', {})).toBe('');
});

it('a device is named as people know it', () => {
  expect(deviceText('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36')).toBe('Chrome · Linux');
  expect(deviceText('curl/8.5')).toBe('curl/8.5');
  expect(deviceText('')).toBe('未知设备');
});
