//! Words of the scenes' settings.
import type { Active, Wanted } from '@shian/api';
import { ZONES } from '@shian/ui';

export const ACTIVE: { id: Active; title: string }[] = [
  { id: 'always', title: '全天' }, { id: 'when_open', title: '营业时段' }, { id: 'when_closed', title: '非营业时段' },
];

export const SCENE_FIELDS: Record<keyof Wanted, string> = {
  is_on: '启用', threshold: '阈值', confirm_n: '确认帧数', confirm_m: '最近帧数', cool_down_s: '静默（秒）', active: '时段', zones: '区域',
};

/** A value of the record as a person reads it. */
export function sayValue(field: keyof Wanted, value: unknown): string {
  if (field === 'is_on') return value === true ? '是' : '否';
  if (field === 'threshold' && value === null) return '按模型';
  if (field === 'active') return ACTIVE.find((a) => a.id === value)?.title ?? String(value);
  if (field === 'zones') {
    if (!Array.isArray(value)) return '全部区域';
    return value.map((code) => ZONES.find((z) => z.code === code)?.title ?? String(code)).join('、');
  }
  return String(value);
}

export const TEXTS = {
  about: '改动十秒内对全部摄像头生效，每次改动都有记录',
  none: { title: '没有可设置的场景', text: '场景在法规数据里登记后出现在这里。' },
  threshold: (own: number | null) => (own === null ? '没有安装能识别它的模型，装上后生效' : `留空则按模型的 ${own}；调高少误报，调低少漏报`),
  coolDown: '这段时间内再次出现算同一次，不重复告警',
  reason: '如 下雨天蒸汽误报多，提高阈值',
  unchanged: '还没有人改过，用的是程序自带的设置。',
};
