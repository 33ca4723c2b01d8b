import { expect, test } from 'vitest';
import { fitted, jpegName, needsRedraw } from './picture';

test('a photograph of a phone is shrunk to 1600 px on its longer side', () => {
  expect(fitted({ width: 4032, height: 3024 })).toEqual({ width: 1600, height: 1200 });
  expect(fitted({ width: 3024, height: 4032 })).toEqual({ width: 1200, height: 1600 });
});

test('a small picture is never made larger', () => {
  expect(fitted({ width: 640, height: 480 })).toEqual({ width: 640, height: 480 });
});

test('a very long strip keeps at least one pixel', () => {
  expect(fitted({ width: 40_000, height: 2 })).toEqual({ width: 1600, height: 1 });
});

test('a small light JPEG goes as it is', () => {
  expect(needsRedraw('image/jpeg', 300_000, { width: 1600, height: 1200 })).toBe(false);
});

test('a large, a heavy and a foreign picture are drawn anew', () => {
  expect(needsRedraw('image/jpeg', 300_000, { width: 1601, height: 900 })).toBe(true);
  expect(needsRedraw('image/jpeg', 4_000_000, { width: 1600, height: 1200 })).toBe(true);
  expect(needsRedraw('image/heic', 300_000, { width: 800, height: 600 })).toBe(true);
  expect(needsRedraw('image/png', 300_000, { width: 800, height: 600 })).toBe(true);
});

test('a redrawn picture is named as what it is', () => {
  expect(jpegName('IMG_2031.HEIC')).toBe('IMG_2031.jpg');
  expect(jpegName('后厨.照片.png')).toBe('后厨.照片.jpg');
  expect(jpegName('')).toBe('photo.jpg');
});
