import { expect, test } from 'vitest';
import { currentLicences } from './licences';

test('a renewed licence replaces its forerunner, and the food licence comes first', () => {
  const drain = { kind_title: '排水许可证', valid_to: '2030-01-01' };
  const old = { kind_title: '食品经营许可证', valid_to: '2023-04-16' };
  const now = { kind_title: '食品经营许可证', valid_to: '2028-04-16' };
  expect(currentLicences([drain, old, now])).toEqual([now, drain]);
});
