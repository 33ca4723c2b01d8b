//! The words of accounts and the audit log.
import type { AccountAct } from '@shian/api';

/** What an administrator does with an account: the word, what follows from it, and who may. */
export const ACTS: { id: AccountAct; title: string; text: string; needs: string }[] = [
  { id: 'reset_password', title: '重设密码', text: '原密码立即失效，此人的全部登录结束。新的一次性密码只显示一次，首次登录须修改。', needs: 'people.create' },
  { id: 'unlock', title: '解除锁定', text: '失败次数清零，可以马上再登录。', needs: 'people.secure' },
  { id: 'end_sessions', title: '结束全部登录', text: '此人在所有设备上的登录一秒内断开，可以重新登录。', needs: 'people.secure' },
  { id: 'reset_second_factor', title: '重置动态口令', text: '原来的验证器和恢复码失效，此人的全部登录结束。', needs: 'people.secure' },
  { id: 'disable', title: '停用账号', text: '一秒内断开此人的一切登录、直播和消息，之后不能登录。', needs: 'people.secure' },
  { id: 'enable', title: '启用账号', text: '可以重新登录，岗位不变。', needs: 'people.secure' },
];

/** The acts that the log knows, for its filter; the server sends the titles of the rows. */
export const AUDIT_ACTS: { id: string; title: string }[] = [
  { id: 'sign_in', title: '登录' }, { id: 'sign_in.failed', title: '登录失败' }, { id: 'sign_in.locked', title: '锁定' },
  { id: 'sign_out', title: '退出登录' }, { id: 'session.ended', title: '结束会话' },
  { id: 'password.changed', title: '修改密码' }, { id: 'password.reset', title: '重设密码' },
  { id: 'second_factor.on', title: '绑定动态口令' }, { id: 'second_factor.off', title: '解除动态口令' }, { id: 'second_factor.reset', title: '重置动态口令' },
  { id: 'account.created', title: '新建账号' }, { id: 'account.disabled', title: '停用账号' }, { id: 'account.enabled', title: '启用账号' },
  { id: 'account.unlocked', title: '解除锁定' }, { id: 'post.granted', title: '授予岗位' }, { id: 'post.withdrawn', title: '收回岗位' },
  { id: 'audit.exported', title: '导出审计日志' },
];

const REASONS: Record<string, string> = {
  password: '密码不对', account: '没有这个账号', code: '动态口令不对', disabled: '账号已停用', one_time_password_over: '一次性密码已过期',
};
const BY: Record<string, string> = { password: '密码', 'password+totp': '密码和动态口令', 'password+recovery_code': '密码和恢复码' };

/** An entry's particulars in a line. */
export function auditDetail(act: string, detail: Record<string, unknown>): string {
  const text = (name: string) => (typeof detail[name] === 'string' ? (detail[name] as string) : '');
  const parts: string[] = [];
  if (act.startsWith('sign_in.')) parts.push(REASONS[text('reason')] ?? text('reason'));
  else if (text('reason')) parts.push(text('reason'));
  if (text('by')) parts.push(`用${BY[text('by')] ?? text('by')}`);
  if (text('post_title')) parts.push([text('post_title'), text('place')].filter(Boolean).join(' · '));
  if (typeof detail['sessions_ended'] === 'number' && detail['sessions_ended'] > 0) parts.push(`断开 ${detail['sessions_ended']} 处登录`);
  if (typeof detail['others'] === 'number') parts.push(`其他 ${detail['others']} 处`);
  if (typeof detail['rows'] === 'number') parts.push(`${detail['rows']} 条`);
  return parts.filter(Boolean).join('；');
}

/** A browser's name for itself, as far as a person cares; anything else is shown as it is. */
export function deviceText(device: string): string {
  const browser = /Edg\//.test(device) ? 'Edge' : /MicroMessenger/.test(device) ? '微信' : /Firefox\//.test(device) ? 'Firefox' : /Chrome\//.test(device) ? 'Chrome' : /Safari\//.test(device) ? 'Safari' : '';
  const system = /HarmonyOS/.test(device) ? '鸿蒙' : /Android/.test(device) ? '安卓' : /iPhone|iPad/.test(device) ? '苹果手机或平板' : /Windows/.test(device) ? 'Windows' : /Mac OS X/.test(device) ? 'Mac' : /Linux/.test(device) ? 'Linux' : '';
  return [browser, system].filter(Boolean).join(' · ') || device || '未知设备';
}
