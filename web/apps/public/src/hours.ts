//! Opening hours in the words people use, and when a shop opens next.

export interface OpeningHours {
  days: number[];
  from: string;
  to: string;
}

const DAY_NAMES = ['', '一', '二', '三', '四', '五', '六', '日'];

/** One line per different day pattern: `每天 06:00–21:00`, `周一至周五 06:00–21:00`, `周六、周日 07:00–20:00`. */
export function hoursLines(hours: readonly OpeningHours[]): string[] {
  const spans = new Map<string, string[]>();
  for (const each of hours) {
    const days = [...new Set(each.days)].sort((a, b) => a - b);
    if (days.length === 0) continue;
    const key = days.join();
    const span = spanInWords(each);
    spans.set(key, [...(spans.get(key) ?? []), span]);
  }
  return [...spans].map(([key, times]) => `${daysInWords(key.split(',').map(Number))} ${times.sort().join('、')}`);
}

/** When the shop opens next, seen from `now`: `今天 17:00`, `明天 06:00`, `周一 06:00`; null when it never opens. */
export function opensNext(hours: readonly OpeningHours[], now: Date): string | null {
  // The law's day is Beijing's, whatever the phone is set to.
  const beijing = new Date(now.getTime() + 8 * 3600_000);
  const today = beijing.getUTCDay() === 0 ? 7 : beijing.getUTCDay();
  const time = beijing.toISOString().slice(11, 16);
  for (let ahead = 0; ahead <= 7; ahead++) {
    const day = ((today - 1 + ahead) % 7) + 1;
    const starts = hours
      .filter((each) => each.days.includes(day) && (ahead > 0 || each.from > time))
      .map((each) => each.from)
      .sort();
    const start = starts[0];
    if (start === undefined) continue;
    const name = ahead === 0 ? '今天' : ahead === 1 ? '明天' : `周${DAY_NAMES[day]}`;
    return `${name} ${start}`;
  }
  return null;
}

function spanInWords({ from, to }: OpeningHours): string {
  if (from === to || (from === '00:00' && to === '24:00')) return '全天';
  return to < from ? `${from}–次日 ${to}` : `${from}–${to}`;
}

function daysInWords(days: number[]): string {
  if (days.length === 7) return '每天';
  const first = days[0] ?? 1;
  const last = days[days.length - 1] ?? 1;
  const unbroken = days.length >= 3 && last - first === days.length - 1;
  if (unbroken) return `周${DAY_NAMES[first]}至周${DAY_NAMES[last]}`;
  return days.map((day) => `周${DAY_NAMES[day]}`).join('、');
}
