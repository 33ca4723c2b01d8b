import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveFeed, isFinal, joined, readSignal, staleUntil, steer, waitBeforeRetry, type LiveStatus } from './live-feed';

describe('signals of a live stream', () => {
  it('are read', () => {
    expect(readSignal('{"type":"init","mime":"video/mp4; codecs=\\"avc1.64001f\\"","codec":"h264","width":1280,"height":720}')).toEqual({
      type: 'init', mime: 'video/mp4; codecs="avc1.64001f"', codec: 'h264', width: 1280, height: 720,
    });
    expect(readSignal('{"type":"drop"}')).toEqual({ type: 'drop' });
    expect(readSignal('{"type":"end","code":"camera.offline"}')).toEqual({ type: 'end', code: 'camera.offline', detail: '' });
  });
  it('that are broken or unknown change nothing', () => {
    for (const text of ['', 'null', '[]', '{"type":"init"}', '{"type":"later"}', '{']) expect(readSignal(text)).toBeNull();
  });
});

describe('steering', () => {
  it('leaves a small lag alone', () => expect(steer({ position: 9.5, start: 0, end: 10 }, 1)).toEqual({ rate: 1, seekTo: null }));
  it('plays a little faster when it falls behind, and on until it is content', () => {
    expect(steer({ position: 8.5, start: 0, end: 10 }, 1)).toEqual({ rate: 1.1, seekTo: null });
    expect(steer({ position: 9.1, start: 0, end: 10 }, 1.1)).toEqual({ rate: 1.1, seekTo: null });
    expect(steer({ position: 9.1, start: 0, end: 10 }, 1)).toEqual({ rate: 1, seekTo: null });
  });
  it('plays half as fast again when far behind', () => expect(steer({ position: 6.5, start: 0, end: 10 }, 1.1).rate).toBe(1.5));
  it('jumps to the edge after a hole or a long sleep', () => {
    expect(steer({ position: 2, start: 0, end: 10 }, 1)).toEqual({ rate: 1, seekTo: 9.75 });
    expect(steer({ position: 2, start: 5, end: 5.1 }, 1)).toEqual({ rate: 1, seekTo: 5 });
  });
  it('comes back when it ran past the end', () => expect(steer({ position: 11, start: 0, end: 10 }, 1).seekTo).toBe(9.75));
});

describe('the buffer', () => {
  it('is cleaned behind the playhead, not at every frame', () => {
    expect(staleUntil({ position: 9, start: 0, end: 10 })).toBeNull();
    expect(staleUntil({ position: 20, start: 0, end: 21 })).toBe(12);
  });
  it('stays bounded when the playhead hangs', () => expect(staleUntil({ position: 0, start: 0, end: 100 })).toBe(40));
  it('is fed in one piece', () => {
    expect([...joined([new Uint8Array([1, 2]), new Uint8Array([3])])]).toEqual([1, 2, 3]);
    const one = new Uint8Array([7]);
    expect(joined([one])).toBe(one);
  });
});

describe('coming back', () => {
  const middle = () => 0.5;
  it('is quick when our connection broke and patient when the camera is off', () => {
    expect(waitBeforeRetry('live.lost', 0, middle)).toBe(1000);
    expect(waitBeforeRetry('camera.offline', 0, middle)).toBe(10_000);
  });
  it('does not knock at a door that stays shut', () => {
    expect(isFinal('camera.not_public')).toBe(true);
    expect(waitBeforeRetry('camera.not_public', 0, middle)).toBeNull();
  });
});

describe('a feed', () => {
  class Socket {
    static last: Socket;
    binaryType = '';
    onopen: (() => void) | null = null;
    onmessage: ((e: { data: string | ArrayBuffer }) => void) | null = null;
    onclose: (() => void) | null = null;
    constructor(readonly url: string) { Socket.last = this; }
    close() { /* the feed let go of it */ }
  }
  let told: LiveStatus[];
  let feed: LiveFeed;
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', Socket);
    vi.stubGlobal('MediaSource', { isTypeSupported: (mime: string) => mime.includes('avc1') });
    told = [];
    feed = new LiveFeed(document.createElement('video'), 'ws://here/live', (s) => told.push(s));
    feed.start();
  });
  afterEach(() => { feed.stop(); vi.useRealTimers(); vi.unstubAllGlobals(); });

  it('says that the browser cannot decode the codec, and asks no more', () => {
    Socket.last.onmessage?.({ data: '{"type":"init","mime":"video/mp4; codecs=\\"hvc1\\"","codec":"h265"}' });
    expect(told.at(-1)).toEqual({ kind: 'unsupported', codec: 'h265' });
    vi.advanceTimersByTime(60_000);
    expect(told.filter((s) => s.kind === 'connecting')).toHaveLength(1);
  });
  it('names why it ended and comes back by itself', () => {
    const first = Socket.last;
    first.onmessage?.({ data: '{"type":"end","code":"camera.offline","detail":"timeout"}' });
    expect(told.at(-1)).toMatchObject({ kind: 'broken', code: 'camera.offline' });
    vi.advanceTimersByTime(12_000);
    expect(Socket.last).not.toBe(first);
  });
  it('tells a refusal from a lost connection', () => {
    Socket.last.onclose?.();
    expect(told.at(-1)).toMatchObject({ code: 'live.refused' });
    feed.retryNow();
    Socket.last.onopen?.();
    Socket.last.onclose?.();
    expect(told.at(-1)).toMatchObject({ code: 'live.lost' });
  });
  it('does not wait for ever on a silent connection', () => {
    Socket.last.onopen?.();
    vi.advanceTimersByTime(10_000);
    expect(told.at(-1)).toMatchObject({ code: 'live.stalled' });
  });
});
