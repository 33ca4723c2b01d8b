import { afterEach, describe, expect, it } from 'vitest';
import { noteServerTime, serverNow } from './server-time';

const headers = (date: string, cache = 'no-store') => new Headers({ date, 'cache-control': cache });
const off = () => Math.round((serverNow() - Date.now()) / 1000);
afterEach(() => noteServerTime(headers(new Date().toUTCString())));

describe('the time of the server', () => {
  it('corrects a clock that is minutes off', () => {
    noteServerTime(headers(new Date(Date.now() + 600_000).toUTCString()));
    expect(Math.abs(off() - 600)).toBeLessThanOrEqual(1);
  });
  it('is not taken from a cached answer', () => {
    noteServerTime(headers(new Date(Date.now() - 3_600_000).toUTCString(), 'max-age=3600'));
    expect(off()).toBe(0);
  });
  it('leaves a clock alone that is right to a few seconds', () => {
    noteServerTime(headers(new Date(Date.now() + 2000).toUTCString()));
    expect(off()).toBe(0);
  });
});
