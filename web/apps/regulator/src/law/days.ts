//! The counted days as weeks of a wall calendar, and the days left out, gathered.
import type { LawDay } from '@shian/api';

export type Cell = LawDay | null;

const DAY_MS = 86_400_000;
const numberOf = (day: string) => Date.parse(`${day}T00:00:00Z`) / DAY_MS;

/** Weeks from Monday; days before the first and after the last are empty. Days are shown from early to late. */
export function weeksOf(days: LawDay[]): Cell[][] {
  const sorted = [...days].sort((a, b) => a.day.localeCompare(b.day));
  // The day a period would have ended on and the first of its roll are one day: the later word stands.
  const once = sorted.filter((d, i) => sorted[i + 1]?.day !== d.day);
  const weeks: Cell[][] = [];
  for (const day of once) {
    if (!weeks.length || day.weekday === 1) weeks.push(Array<Cell>(7).fill(null));
    weeks[weeks.length - 1]![day.weekday - 1] = day;
  }
  return weeks;
}

export interface Span { from: string; to: string; why: string }

/** Days that do not count, neighbours of one reason together. */
export function skipsOf(days: LawDay[]): Span[] {
  const spans: Span[] = [];
  for (const day of [...days].sort((a, b) => a.day.localeCompare(b.day))) {
    if (day.nth !== null || !day.why) continue;
    const last = spans[spans.length - 1];
    if (last && last.why === day.why && numberOf(day.day) - numberOf(last.to) === 1) last.to = day.day;
    else spans.push({ from: day.day, to: day.day, why: day.why });
  }
  return spans;
}

/** 9月25日 */
export const dayText = (day: string): string => `${Number(day.slice(5, 7))}月${Number(day.slice(8, 10))}日`;
/** 9月25日至27日 · 9月30日至10月2日 */
export function spanText({ from, to }: Span): string {
  if (from === to) return dayText(from);
  return from.slice(0, 7) === to.slice(0, 7) ? `${dayText(from)}至${Number(to.slice(8, 10))}日` : `${dayText(from)}至${dayText(to)}`;
}
