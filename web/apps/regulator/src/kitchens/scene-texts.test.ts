import { expect, test } from 'vitest';
import { sayValue } from './scene-texts';

test('a record of changes is read in words, not in codes', () => {
  expect(sayValue('is_on', false)).toBe('否');
  expect(sayValue('threshold', null)).toBe('按模型');
  expect(sayValue('active', 'when_closed')).toBe('非营业时段');
  expect(sayValue('zones', ['cold', 'cooking'])).toBe('冷食专间、烹饪');
  expect(sayValue('zones', null)).toBe('全部区域');
  expect(sayValue('confirm_n', 4)).toBe('4');
});
