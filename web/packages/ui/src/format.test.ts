import { describe, expect, it } from 'vitest';
import * as f from './format';

const now = Date.parse('2026-11-21T14:35:00+08:00');
const clock = (over: Partial<f.ShownClock>): f.ShownClock => ({
  due_at: '2026-11-25T00:00:00+08:00', warn_at: null, state: 'running', left: { amount: 2, unit: 'workday', overdue: false }, ...over,
});

describe('instants', () => {
  it('are said as people say them', () => {
    expect(f.instantText('2026-11-21T14:32:08+08:00', now)).toBe('今天 14:32');
    expect(f.instantText('2026-11-20T23:59:00+08:00', now)).toBe('昨天 23:59');
    expect(f.instantText('2026-11-22T00:10:00+08:00', now)).toBe('明天 00:10');
    expect(f.instantText('2026-11-18T09:00:00+08:00', now)).toBe('11-18 09:00');
    expect(f.instantText('2025-11-18T09:00:00+08:00', now)).toBe('2025-11-18 09:00');
    expect(f.instantText(null, now)).toBe('—');
  });
  it('are Beijing time even when the server wrote UTC', () => {
    expect(f.instantText('2026-11-20T16:30:00Z', now)).toBe('今天 00:30');
    expect(f.instantExact('2026-11-21T06:32:08Z')).toBe('2026-11-21 14:32:08');
  });
  it('end a day at 24:00 when they are a limit', () => {
    expect(f.limitText('2026-11-25T00:00:00+08:00', now)).toBe('11-24 24:00');
    expect(f.limitText('2026-11-22T00:00:00+08:00', now)).toBe('今天 24:00');
    expect(f.limitText('2026-11-24T17:00:00+08:00', now)).toBe('11-24 17:00');
  });
  it('are short in narrow columns', () => {
    expect(f.shortInstant('2026-11-21T14:32:08+08:00', now)).toBe('14:32');
    expect(f.shortInstant('2026-11-18T14:32:08+08:00', now)).toBe('11-18');
  });
  it('name the weekday in the top bar', () => expect(f.wallClock(now)).toBe('11-21 周六 14:35'));
});

describe('durations', () => {
  it('use one unit, or hours with minutes when few', () => {
    expect([8, 2280, 5040, 3600, 40_000, 172_000, 41 * 86_400].map(f.durationText)).toEqual(['8 秒', '38 分钟', '1 小时 24 分', '1 小时', '11 小时', '1 天 23 小时', '41 天']);
  });
  it('say how long ago', () => {
    expect(f.agoText('2026-11-21T14:34:30+08:00', now)).toBe('刚刚');
    expect(f.agoText('2026-11-21T14:30:00+08:00', now)).toBe('5 分钟前');
    expect(f.agoText('2026-11-20T14:30:00+08:00', now)).toBe('昨天 14:30');
  });
});

describe('the remaining clock', () => {
  it('counts working days as the server counted them', () => {
    expect(f.clockText(clock({}), now)).toBe('还剩 2 个工作日');
    expect(f.clockParts(clock({}), now)).toEqual({ lead: '还剩', figure: '2', unit: '个工作日' });
  });
  it('counts hours under a day', () => {
    expect(f.clockText(clock({ due_at: '2026-11-21T15:59:00+08:00', left: { amount: 1, unit: 'workday', overdue: false } }), now)).toBe('还剩 1 小时 24 分');
  });
  it('says who is late', () => {
    const late = clock({ due_at: '2026-11-18T00:00:00+08:00', state: 'expired', left: { amount: 3, unit: 'workday', overdue: true } });
    expect(f.clockText(late, now)).toBe('已超 3 个工作日');
    expect(f.clockTone(late, now)).toBe('danger');
  });
  it('is late as soon as the hand passed, even before the server said so', () => {
    const past = clock({ due_at: '2026-11-21T14:00:00+08:00' });
    expect(f.clockText(past, now)).toBe('已超 35 分钟');
    expect(f.clockTone(past, now)).toBe('danger');
  });
  it('turns orange when warned', () => {
    expect(f.clockTone(clock({}), now)).toBe('accent');
    expect(f.clockTone(clock({ state: 'warned' }), now)).toBe('soon');
    expect(f.clockTone(clock({ warn_at: '2026-11-21T00:00:00+08:00' }), now)).toBe('soon');
    expect(f.clockText(clock({ state: 'paused' }), now)).toBe('已暂停');
  });
});

describe('figures', () => {
  it('are not shown without data', () => {
    expect(f.precisionText(null)).toBeNull();
    expect(f.precisionText({ valid: 0, reviewed: 0, low: 0, high: 1 })).toBeNull();
  });
  it('carry their interval', () => {
    expect(f.precisionText({ valid: 96, reviewed: 102, low: 0.878, high: 0.9721 })).toEqual({ reviewed: '102', share: '94.1%', interval: '87–98%' });
  });
  it('are exact', () => {
    expect(f.countText(1284)).toBe('1\u2009284');
    expect(f.badgeText(120)).toBe('99+');
    expect(f.hashShort('9f3c000000000000e1a7')).toBe('9f3c…e1a7');
    expect(f.bytesText(2_621_440)).toBe('2.5 MB');
    expect(f.bytesText(32_212_254_720)).toBe('30.0 GB');
  });
});

describe('opening days', () => {
  it('are joined', () => {
    expect(f.daysText([1, 2, 3, 4, 5, 6, 7])).toBe('每天');
    expect(f.daysText([1, 2, 3, 4, 5])).toBe('周一至周五');
    expect(f.daysText([1, 3])).toBe('周一、周三');
  });
});
