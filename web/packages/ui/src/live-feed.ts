//! Plays fragmented MP4 from a WebSocket in a video element, close to now: steering, cleaning up, coming back.
import { retryDelay } from '@shian/api';

export type LiveSignal =
  | { type: 'init'; mime: string; codec: string; width: number; height: number }
  | { type: 'drop' }
  | { type: 'end'; code: string; detail: string };

export type LiveStatus =
  | { kind: 'connecting' }
  | { kind: 'playing' }
  | { kind: 'unsupported'; codec: string }
  | { kind: 'broken'; code: string; detail: string; retryAt: number | null };

export function readSignal(text: string): LiveSignal | null {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return null;
  }
  if (read === null || typeof read !== 'object') return null;
  const s = read as Record<string, unknown>;
  if (s['type'] === 'init' && typeof s['mime'] === 'string') {
    return { type: 'init', mime: s['mime'], codec: String(s['codec'] ?? ''), width: Number(s['width'] ?? 0), height: Number(s['height'] ?? 0) };
  }
  if (s['type'] === 'drop') return { type: 'drop' };
  if (s['type'] === 'end') return { type: 'end', code: String(s['code'] ?? ''), detail: String(s['detail'] ?? '') };
  return null;
}

/** Seconds behind the newest frame at which we are content, hurry a little, and jump. */
export const LAG = { content: 0.6, hurry: 1.2, jump: 5, edge: 0.25 } as const;

export interface Playhead { position: number; start: number; end: number }

/**
 * How to play on: a small lag is caught up by playing faster (unnoticed), a large one or a hole by a jump.
 * The rate returns to 1 only at the content lag, so that it does not flutter around one threshold.
 */
export function steer(at: Playhead, rateNow: number): { rate: number; seekTo: number | null } {
  const lag = at.end - at.position;
  if (at.position < at.start || lag > LAG.jump) return { rate: 1, seekTo: Math.max(at.start, at.end - LAG.edge) };
  if (lag < 0) return { rate: 1, seekTo: Math.max(at.start, at.end - LAG.edge) };
  if (lag > 3) return { rate: 1.5, seekTo: null };
  if (lag > LAG.hurry) return { rate: Math.max(1.1, rateNow), seekTo: null };
  if (lag <= LAG.content) return { rate: 1, seekTo: null };
  return { rate: rateNow, seekTo: null };
}

/** What of the buffer can go: all but the last `keep` seconds before the playhead, or before the end when the playhead hangs far back. */
export function staleUntil(at: Playhead, keep = 8): number | null {
  const until = Math.max(at.position - keep, at.end - 60);
  return until - at.start > 4 ? until : null;
}

export function joined(parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const only = parts[0];
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** After these the server would answer the same again; trying on would only knock at the door. */
const FINAL = new Set(['camera.removed', 'camera.not_public', 'camera.closed_now', 'unauthenticated', 'forbidden', 'not_found']);
export const isFinal = (code: string): boolean => FINAL.has(code);

/** Trouble at the camera's end is asked for every ten seconds; our own connection comes back sooner. */
export function waitBeforeRetry(code: string, attempt: number, random: () => number = Math.random): number | null {
  if (isFinal(code)) return null;
  return code.startsWith('camera.') ? Math.max(10_000, retryDelay(attempt, random)) : retryDelay(attempt, random);
}

type Source = typeof MediaSource;
interface SourceWindow { ManagedMediaSource?: Source; MediaSource?: Source }

/** Safari on iPhone has only ManagedMediaSource. */
export function mediaSource(): Source | null {
  const w = window as unknown as SourceWindow;
  return w.ManagedMediaSource ?? w.MediaSource ?? null;
}

const SILENCE_MS = 10_000;
const QUEUE_BYTES = 24 * 1024 * 1024;

export class LiveFeed {
  private socket: WebSocket | null = null;
  private source: MediaSource | null = null;
  private buffer: SourceBuffer | null = null;
  private objectUrl: string | null = null;
  private mime = '';
  private queue: Uint8Array<ArrayBuffer>[] = [];
  private queued = 0;
  private attempt = 0;
  private opened = false;
  private ended = false;
  private stopped = false;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private steering: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly tell: (status: LiveStatus) => void,
  ) {}

  start(): void {
    this.stopped = false;
    this.video.onerror = () => { if (this.source) this.fail('live.decode', ''); };
    this.video.onplaying = () => { if (!this.ended) this.played(); };
    this.connect();
    this.steering = setInterval(() => this.steer(), 500);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.retry);
    clearInterval(this.steering);
    this.video.onerror = null;
    this.video.onplaying = null;
    this.disconnect();
    this.dropSource();
  }

  retryNow(): void {
    clearTimeout(this.retry);
    this.attempt = 0;
    this.disconnect();
    this.connect();
  }

  private connect(): void {
    this.opened = false;
    this.ended = false;
    this.tell({ kind: 'connecting' });
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => { this.opened = true; };
    socket.onmessage = (e: MessageEvent<string | ArrayBuffer>) => this.receive(e.data);
    socket.onclose = () => {
      if (this.socket === socket && !this.ended) this.fail(this.opened ? 'live.lost' : 'live.refused', '');
    };
    this.heard();
  }

  private disconnect(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
  }

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.fail('live.stalled', ''), SILENCE_MS);
  }

  private receive(data: string | ArrayBuffer): void {
    this.heard();
    if (typeof data !== 'string') {
      this.enqueue(new Uint8Array(data));
      return;
    }
    const signal = readSignal(data);
    if (signal?.type === 'init') this.begin(signal.mime, signal.codec);
    if (signal?.type === 'end') this.fail(signal.code, signal.detail);
    // 'drop' needs no act: the next fragment is a keyframe and steering jumps over the hole.
  }

  private begin(mime: string, codec: string): void {
    const Source = mediaSource();
    if (!Source || !Source.isTypeSupported(mime)) {
      this.ended = true;
      this.disconnect();
      this.dropSource();
      this.tell({ kind: 'unsupported', codec });
      return;
    }
    // New parameters restart the timeline, so the whole source is rebuilt; the last frame stays until the next is there.
    this.dropSource();
    this.mime = mime;
    const source = new Source();
    this.source = source;
    this.objectUrl = URL.createObjectURL(source);
    this.video.disableRemotePlayback = true;
    this.video.src = this.objectUrl;
    source.addEventListener('sourceopen', () => {
      if (this.source !== source) return;
      try {
        this.buffer = source.addSourceBuffer(this.mime);
      } catch {
        this.fail('live.decode', '');
        return;
      }
      this.buffer.addEventListener('updateend', () => this.appended());
      this.buffer.addEventListener('error', () => this.fail('live.decode', ''));
      this.flush();
    }, { once: true });
  }

  private enqueue(part: Uint8Array<ArrayBuffer>): void {
    this.queue.push(part);
    this.queued += part.byteLength;
    if (this.queued > QUEUE_BYTES) this.fail('live.stalled', '');
    else this.flush();
  }

  private flush(): void {
    if (!this.buffer || this.buffer.updating || this.queue.length === 0 || this.source?.readyState !== 'open') return;
    const parts = this.queue;
    try {
      this.buffer.appendBuffer(joined(parts));
      this.queue = [];
      this.queued = 0;
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'QuotaExceededError') this.makeRoom();
      else this.fail('live.decode', '');
    }
  }

  private appended(): void {
    const head = this.playhead();
    if (head && this.video.readyState >= HTMLMediaElement.HAVE_METADATA) {
      if (head.position < head.start) this.video.currentTime = head.start;
      if (this.video.paused && !document.hidden) void this.video.play().catch(() => undefined);
      if (this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.played();
      const until = staleUntil(head);
      if (until !== null && this.buffer && !this.buffer.updating) {
        this.buffer.remove(0, until);
        return;
      }
    }
    this.flush();
  }

  private played(): void {
    this.attempt = 0;
    this.tell({ kind: 'playing' });
  }

  private makeRoom(): void {
    const head = this.playhead();
    if (head && this.buffer && !this.buffer.updating) this.buffer.remove(0, Math.max(head.start + 0.1, head.end - 2));
  }

  private playhead(): Playhead | null {
    const ranges = this.buffer && this.source?.readyState === 'open' ? this.buffer.buffered : null;
    if (!ranges || ranges.length === 0) return null;
    // A hole left by a drop splits the buffer; only the newest part is of interest.
    const newest = ranges.length - 1;
    return { position: this.video.currentTime, start: ranges.start(newest), end: ranges.end(newest) };
  }

  private steer(): void {
    const head = this.playhead();
    if (!head || document.hidden) return;
    const { rate, seekTo } = steer(head, this.video.playbackRate);
    if (seekTo !== null && Math.abs(seekTo - head.position) > 0.05) this.video.currentTime = seekTo;
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
  }

  private fail(code: string, detail: string): void {
    if (this.stopped || this.ended) return;
    this.ended = true;
    this.disconnect();
    const wait = waitBeforeRetry(code, this.attempt++);
    this.tell({ kind: 'broken', code, detail, retryAt: wait === null ? null : Date.now() + wait });
    if (wait !== null) this.retry = setTimeout(() => this.connect(), wait);
  }

  private dropSource(): void {
    this.queue = [];
    this.queued = 0;
    this.buffer = null;
    this.source = null;
    if (this.objectUrl) URL.revokeObjectURL(this.objectUrl);
    this.objectUrl = null;
    if (this.stopped) this.video.removeAttribute('src');
  }
}
