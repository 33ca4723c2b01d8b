//! Days as people say them.

const DAY_MS = 86_400_000;

/** `2026-11-21` as `11 月 21 日`; with the year when it is not this year. */
export function dayInWords(day: string, now: Date): string {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) return day;
  const words = `${month} 月 ${date} 日`;
  return beijingDay(now).startsWith(`${year}-`) ? words : `${year} 年 ${words}`;
}

/** Whole days from one legal day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The legal day in Beijing, whatever the phone is set to. */
export function beijingDay(now: Date): string {
  return new Date(now.getTime() + 8 * 3600_000).toISOString().slice(0, 10);
}
