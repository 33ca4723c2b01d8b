import { expect, test } from 'vitest';
import { hoursLines, opensNext } from './hours';

const noodle = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '06:00', to: '21:00' }];
const canteen = [
  { days: [1, 2, 3, 4, 5], from: '10:30', to: '13:00' },
  { days: [5, 1, 2, 3, 4], from: '06:30', to: '08:00' },
];
const beijing = (day: string, time: string) => new Date(`${day}T${time}:00+08:00`);

test('the same hours on all seven days read as every day', () => {
  expect(hoursLines(noodle)).toEqual(['每天 06:00–21:00']);
});

test('two sittings on the same days stand in one line, in order', () => {
  expect(hoursLines(canteen)).toEqual(['周一至周五 06:30–08:00、10:30–13:00']);
});

test('days with a gap are named one by one', () => {
  expect(hoursLines([{ days: [6, 7, 1], from: '08:00', to: '20:00' }])).toEqual(['周一、周六、周日 08:00–20:00']);
});

test('from and to the same time, and midnight to midnight, are the whole day', () => {
  const all = [1, 2, 3, 4, 5, 6, 7];
  expect(hoursLines([{ days: all, from: '06:00', to: '06:00' }])).toEqual(['每天 全天']);
  expect(hoursLines([{ days: all, from: '00:00', to: '24:00' }])).toEqual(['每天 全天']);
});

test('a barbecue that shuts after midnight says so', () => {
  expect(hoursLines([{ days: [5, 6], from: '17:00', to: '02:00' }])).toEqual(['周五、周六 17:00–次日 02:00']);
});

test('before opening a shop opens today, after closing tomorrow', () => {
  expect(opensNext(noodle, beijing('2026-11-21', '05:10'))).toBe('今天 06:00');
  expect(opensNext(noodle, beijing('2026-11-21', '22:10'))).toBe('明天 06:00');
});

test('a canteen shut at the weekend opens on Monday by name', () => {
  expect(opensNext(canteen, beijing('2026-11-21', '09:00'))).toBe('周一 06:30');
});

test('between two sittings the later one is next', () => {
  expect(opensNext(canteen, beijing('2026-11-20', '09:00'))).toBe('今天 10:30');
});

test('a shop without hours never opens', () => {
  expect(opensNext([], beijing('2026-11-21', '09:00'))).toBeNull();
});
