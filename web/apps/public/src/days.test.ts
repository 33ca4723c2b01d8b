import { expect, test } from 'vitest';
import { beijingDay, dayInWords, daysBetween } from './days';

const now = new Date('2026-11-21T23:30:00+08:00');

test('a day of this year is said without the year', () => {
  expect(dayInWords('2026-11-06', now)).toBe('11 月 6 日');
});

test('a day of another year is said with it', () => {
  expect(dayInWords('2028-05-12', now)).toBe('2028 年 5 月 12 日');
});

test('what is not a day is left as it came', () => {
  expect(dayInWords('长期', now)).toBe('长期');
});

test('late in the evening in Beijing it is still the same legal day', () => {
  expect(beijingDay(now)).toBe('2026-11-21');
  expect(beijingDay(new Date('2026-11-21T16:00:00Z'))).toBe('2026-11-22');
});

test('days between two days cross the end of a month', () => {
  expect(daysBetween('2026-10-30', '2026-11-02')).toBe(3);
  expect(daysBetween('2026-11-02', '2026-11-02')).toBe(0);
});
