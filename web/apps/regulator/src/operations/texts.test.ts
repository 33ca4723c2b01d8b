import { expect, test } from 'vitest';
import { everyText, tookText } from './texts';

test('how often and how long are said in the unit a person would use', () => {
  expect([20, 300, 3600, 90].map(everyText)).toEqual(['每 20 秒', '每 5 分钟', '每 1 小时', '每 90 秒']);
  expect([12, 1500].map(tookText)).toEqual(['12 毫秒', '1.5 秒']);
});
