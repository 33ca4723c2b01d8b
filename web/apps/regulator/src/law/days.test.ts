// How the counted days are laid out for the eye.
import type { LawDay } from '@shian/api';
import { expect, test } from 'vitest';
import { skipsOf, spanText, weeksOf } from './days';

const day = (d: string, weekday: number, nth: number | null, why = ''): LawDay => ({ day: d, weekday, nth, why });
const DAYS = [
  day('2026-09-24', 4, null, '当日不计入'), day('2026-09-25', 5, null, '中秋节放假，不计'), day('2026-09-26', 6, null, '中秋节放假，不计'),
  day('2026-09-27', 7, null, '中秋节放假，不计'), day('2026-09-28', 1, 1), day('2026-09-29', 2, 2),
];

test('weeks begin on Monday and every day stands under its own', () => {
  const weeks = weeksOf(DAYS);
  expect(weeks.map((week) => week.map((cell) => cell?.day.slice(8) ?? ''))).toEqual([['', '', '', '24', '25', '26', '27'], ['28', '29', '', '', '', '', '']]);
});

test('a count backwards is shown forwards', () => {
  expect(weeksOf([...DAYS].reverse())).toEqual(weeksOf(DAYS));
});

test('a day that ends the period and rolls stands once, with the later word', () => {
  const weeks = weeksOf([day('2026-10-01', 4, 15), day('2026-10-01', 4, null, '届满日逢国庆节，顺延'), day('2026-10-02', 5, null, '顺延至此日')]);
  expect(weeks[0]!.filter((cell) => cell?.day === '2026-10-01').map((cell) => cell!.why)).toEqual(['届满日逢国庆节，顺延']);
});

test('neighbours of one reason are told together', () => {
  expect(skipsOf(DAYS).map((s) => `${spanText(s)} ${s.why}`)).toEqual(['9月24日 当日不计入', '9月25日至27日 中秋节放假，不计']);
  expect(spanText({ from: '2026-09-30', to: '2026-10-02', why: '' })).toBe('9月30日至10月2日');
});
