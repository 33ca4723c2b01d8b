import { describe, expect, it } from 'vitest';
import type { AlertRow } from '@shian/api';
import { afterDone, merge, neighbour } from './merge';

const row = (id: string, count = 1) => ({ id, count }) as AlertRow;
const ids = (rows: AlertRow[]) => rows.map((r) => r.id).join('');

describe('the list being read', () => {
  it('shows everything at first', () => expect(ids(merge([], [row('b'), row('a')], null).shown)).toBe('ba'));
  it('lets a new alert wait above', () => {
    const held = merge([row('b'), row('a')], [row('c'), row('b'), row('a')], 'b');
    expect([ids(held.shown), ids(held.waiting)]).toEqual(['ba', 'c']);
  });
  it('changes a merged alert in place', () => {
    expect(merge([row('b'), row('a')], [row('a', 4), row('b')], null).shown.map((r) => [r.id, r.count])).toEqual([['b', 1], ['a', 4]]);
  });
  it('drops what others judged, but not under one\'s eyes', () => {
    expect(ids(merge([row('b'), row('a')], [row('a')], null).shown)).toBe('a');
    expect(ids(merge([row('b'), row('a')], [row('a')], 'b').shown)).toBe('ba');
  });
  it('fills up from below', () => expect(ids(merge([row('c'), row('b')], [row('c'), row('b'), row('a')], null).shown)).toBe('cba'));
  it('starts over when nothing of it is left', () => expect(ids(merge([row('b')], [row('d'), row('c')], null).shown)).toBe('dc'));
});

describe('going on', () => {
  const list = [row('a'), row('b'), row('c')];
  it('is to the next, at the end to the one before', () => {
    expect(afterDone(list, 'b')?.id).toBe('c');
    expect(afterDone(list, 'c')?.id).toBe('b');
    expect(afterDone([row('a')], 'a')).toBeNull();
  });
  it('begins at the top', () => expect(neighbour(list, null, 1)?.id).toBe('a'));
});
