//! Dates, remaining time and numbers as people say them. All civil time is Beijing time (+08:00), wherever the browser is.
import { serverNow, type CameraState, type ClockUnit, type MatterClock, type Precision } from '@shian/api';

export type Tone = 'danger' | 'soon' | 'judge' | 'done' | 'closed' | 'accent';

const BEIJING_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
const two = (n: number) => String(n).padStart(2, '0');

interface Civil { year: number; month: number; day: number; hour: number; minute: number; second: number; weekday: number; dayNumber: number }

function civil(ms: number): Civil {
  const d = new Date(ms + BEIJING_MS);
  return {
    year: d.getUTCFullYear(), month: d.getUTCMonth() + 1, day: d.getUTCDate(),
    hour: d.getUTCHours(), minute: d.getUTCMinutes(), second: d.getUTCSeconds(),
    weekday: d.getUTCDay(), dayNumber: Math.floor((ms + BEIJING_MS) / DAY_MS),
  };
}

function nearDay(c: Civil, today: Civil): string {
  switch (c.dayNumber - today.dayNumber) {
    case 0: return '今天';
    case -1: return '昨天';
    case 1: return '明天';
    default: return c.year === today.year ? `${two(c.month)}-${two(c.day)}` : `${c.year}-${two(c.month)}-${two(c.day)}`;
  }
}

const parse = (instant: string | null | undefined): number => (instant ? Date.parse(instant) : NaN);

/** 今天 14:32 · 昨天 09:05 · 11-18 16:00 · 2025-11-18 16:00 */
export function instantText(instant: string | null | undefined, now = serverNow()): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '—';
  const c = civil(ms);
  return `${nearDay(c, civil(now))} ${two(c.hour)}:${two(c.minute)}`;
}

/** A limit that ends at midnight is said as the end of the day before: 11-24 24:00. */
export function limitText(instant: string | null | undefined, now = serverNow()): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '—';
  const c = civil(ms);
  if (c.hour === 0 && c.minute === 0 && c.second === 0) return `${nearDay(civil(ms - 1), civil(now))} 24:00`;
  return instantText(instant, now);
}

/** 2026-11-21 14:32:08, for the hover. */
export function instantExact(instant: string | null | undefined): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '';
  const c = civil(ms);
  return `${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
}

/** 14:32 */
export function clockFace(instant: string | null | undefined, seconds = false): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '—';
  const c = civil(ms);
  return `${two(c.hour)}:${two(c.minute)}${seconds ? `:${two(c.second)}` : ''}`;
}

/** 14:32 on the day itself, 昨天 or 11-18 otherwise: for narrow columns. */
export function shortInstant(instant: string | null | undefined, now = serverNow()): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '—';
  const c = civil(ms);
  const day = nearDay(c, civil(now));
  return day === '今天' ? `${two(c.hour)}:${two(c.minute)}` : day;
}

/** 11-21 周六 14:35, the clock in the top bar. */
export function wallClock(now: number): string {
  const c = civil(now);
  return `${two(c.month)}-${two(c.day)} ${WEEKDAYS[c.weekday]} ${two(c.hour)}:${two(c.minute)}`;
}

/** A legal day: 今天 · 明天 · 11-24 · 2028-04-16 */
export function dayText(day: string | null | undefined, now = serverNow()): string {
  if (!day) return '—';
  const ms = Date.parse(`${day}T00:00:00+08:00`);
  return Number.isNaN(ms) ? day : nearDay(civil(ms), civil(now));
}

/** 1 小时 24 分 · 38 分钟 · 1 天 23 小时 · 41 天; never two units when the first is large. */
export function durationText(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} 秒`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return `${minutes} 分钟`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 || hours >= 10 ? `${hours} 小时` : `${hours} 小时 ${minutes % 60} 分`;
  const days = Math.floor(hours / 24);
  return days < 3 && hours % 24 !== 0 ? `${days} 天 ${hours % 24} 小时` : `${days} 天`;
}

/** 刚刚 · 3 分钟前 · 2 小时前, then the instant itself. */
export function agoText(instant: string | null | undefined, now = serverNow()): string {
  const ms = parse(instant);
  if (Number.isNaN(ms)) return '—';
  const seconds = (now - ms) / 1000;
  if (seconds < 60) return '刚刚';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} 分钟前`;
  if (seconds < 6 * 3600) return `${Math.floor(seconds / 3600)} 小时前`;
  return instantText(instant, now);
}

export function sinceText(instant: string | null | undefined, now = serverNow()): string {
  const ms = parse(instant);
  return Number.isNaN(ms) ? '—' : durationText((now - ms) / 1000);
}

const UNIT: Record<ClockUnit, string> = { workday: '个工作日', day: '天', hour: '小时', month: '个月', year: '年' };

/** 3 个工作日 · 24 小时: the length of a period. */
export const periodText = (amount: number, unit: ClockUnit): string => `${amount} ${unit === 'day' ? '日' : UNIT[unit]}`;

export type ShownClock = Pick<MatterClock, 'due_at' | 'warn_at' | 'state' | 'left'>;

/** 还剩 2 个工作日 · 还剩 1 小时 24 分 · 已超 3 天 · 已暂停. Under a day it counts by the hand of the clock. */
export function clockText(clock: ShownClock, now = serverNow()): string {
  if (clock.state === 'paused') return '已暂停';
  const left = (parse(clock.due_at) - now) / 1000;
  if (left <= 0 || clock.left.overdue) {
    const over = Math.max(0, -left);
    if (over < 86_400) return over < 60 ? '刚刚到期' : `已超 ${durationText(over)}`;
    return clock.left.overdue && clock.left.amount > 0 ? `已超 ${clock.left.amount} ${UNIT[clock.left.unit]}` : `已超 ${durationText(over)}`;
  }
  if (left < 86_400 || clock.left.unit === 'hour' || clock.left.amount < 1) return `还剩 ${durationText(left)}`;
  return `还剩 ${clock.left.amount} ${UNIT[clock.left.unit]}`;
}

/** The number and the word of a running clock apart, for the large figure of the matter page. */
export function clockParts(clock: ShownClock, now = serverNow()): { lead: string; figure: string; unit: string } {
  const text = clockText(clock, now);
  const m = /^(\S+) (\d+) (.+)$/.exec(text);
  return m ? { lead: m[1]!, figure: m[2]!, unit: m[3]! } : { lead: text, figure: '', unit: '' };
}

export function clockTone(clock: ShownClock, now = serverNow()): Tone {
  if (clock.state === 'paused') return 'closed';
  const due = parse(clock.due_at);
  if (clock.state === 'expired' || clock.left.overdue || due <= now) return 'danger';
  if (clock.state === 'warned' || (clock.warn_at !== null && parse(clock.warn_at) <= now)) return 'soon';
  return 'accent';
}

/** A limit known only by its instant, such as an alert's. Soon means within two hours. */
export function dueText(dueAt: string, now = serverNow()): string {
  const left = (parse(dueAt) - now) / 1000;
  return left <= 0 ? `已超 ${durationText(-left)}` : `还剩 ${durationText(left)}`;
}

export function dueTone(dueAt: string, now = serverNow()): Tone {
  const left = (parse(dueAt) - now) / 1000;
  return left <= 0 ? 'danger' : left < 7200 ? 'soon' : 'judge';
}

export const cameraTone = (state: CameraState): Tone =>
  state === 'online' ? 'done' : state === 'offline' ? 'danger' : state === 'degraded' ? 'soon' : 'closed';

/** 1 284 with a thin space; exact, never rounded. */
export function countText(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

export const badgeText = (n: number): string => (n > 99 ? '99+' : String(n));

/** 94.1% */
export function shareText(share: number, digits = 1): string {
  return `${(share * 100).toFixed(digits)}%`;
}

/** 本场景 102 条已判，94.1% 有效，95% 区间 88–97%. Null until one was judged: no figure without data. */
export function precisionText(p: Precision | null): { reviewed: string; share: string; interval: string } | null {
  if (!p || p.reviewed <= 0) return null;
  return {
    reviewed: countText(p.reviewed),
    share: shareText(p.valid / p.reviewed),
    interval: `${Math.floor(p.low * 100)}–${Math.ceil(p.high * 100)}%`,
  };
}

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}

/** 9f3c…e1a7 */
export const hashShort = (hash: string): string => (hash.length > 12 ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : hash);

const DAY_NAMES = ['一', '二', '三', '四', '五', '六', '日'];

/** 每天 · 周一至周五 · 周一、周三 */
export function daysText(days: number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b).filter((d) => d >= 1 && d <= 7);
  if (sorted.length === 7) return '每天';
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return '';
  if (sorted.length > 2 && last - first === sorted.length - 1) return `周${DAY_NAMES[first - 1]}至周${DAY_NAMES[last - 1]}`;
  return sorted.map((d) => `周${DAY_NAMES[d - 1]}`).join('、');
}
