import { afterEach, expect, test, vi } from 'vitest';
import { whenSignedOut } from './client';
import { listenLive } from './events';

class FakeSource extends EventTarget {
  static last: FakeSource;
  static made = 0;
  static readonly CLOSED = 2;
  readyState = 1;
  constructor() {
    super();
    FakeSource.last = this;
    FakeSource.made += 1;
  }
  close() {
    this.readyState = FakeSource.CLOSED;
  }
}

afterEach(() => vi.unstubAllGlobals());

test('a session that was ended elsewhere shows the door and is not tried again', () => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', FakeSource);
  const out = vi.fn();
  whenSignedOut(out);
  listenLive({});
  FakeSource.last.dispatchEvent(new Event('signed_out'));
  vi.advanceTimersByTime(120_000);
  expect(out).toHaveBeenCalledOnce();
  expect([FakeSource.made, FakeSource.last.readyState]).toEqual([1, FakeSource.CLOSED]);
  vi.useRealTimers();
});
