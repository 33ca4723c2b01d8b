//! The live events of one's own area or business. One connection a page; it resumes where it broke off.
import { signedOut } from './client';
import { LIVE_KINDS, type LiveEvent } from './types';

export type LiveState = 'connecting' | 'open' | 'broken';

export interface LiveListener {
  event?: (event: LiveEvent) => void;
  /** Events may have been missed: what is on the screen should be asked for again. */
  gap?: () => void;
  state?: (state: LiveState) => void;
}

/** How long to wait before trying again: 1 s doubling to 30 s, with a fifth of spread so that a restart is not stormed. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(30_000, 1000 * 2 ** Math.min(attempt, 5));
  return Math.round(base * (0.9 + 0.2 * random()));
}

/** How long a connection may be gone before anybody is told. */
const WORRY_MS = 3_000;

/**
 * Listens to /api/events. While the browser reconnects by itself it sends Last-Event-ID and nothing is lost;
 * when it gives up (the server answered an error) a new connection is made and `gap` is told.
 */
export function listenLive(listener: LiveListener, url = '/api/events'): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let worry: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let hadGap = false;
  let stopped = false;

  const open = () => {
    listener.state?.('connecting');
    source = new EventSource(url);
    source.onopen = () => {
      attempt = 0;
      clearTimeout(worry);
      worry = undefined;
      listener.state?.('open');
      if (hadGap) {
        hadGap = false;
        listener.gap?.();
      }
    };
    source.onerror = () => {
      // The server ends the stream now and then to ask anew who listens: that is no break worth a word.
      worry ??= setTimeout(() => listener.state?.('broken'), WORRY_MS);
      if (source?.readyState !== EventSource.CLOSED || stopped) return;
      hadGap = true;
      timer = setTimeout(open, retryDelay(attempt++));
    };
    for (const kind of LIVE_KINDS) {
      source.addEventListener(kind, (e) => {
        const event = readEvent((e as MessageEvent<string>).data);
        if (event) listener.event?.(event);
      });
    }
    // The server says so when it no longer holds the events since Last-Event-ID.
    source.addEventListener('reload', () => listener.gap?.());
    // The last event of a session: nothing is tried again, the shell shows the door.
    source.addEventListener('signed_out', () => {
      stopped = true;
      source?.close();
      signedOut();
    });
  };

  open();
  return () => {
    stopped = true;
    clearTimeout(timer);
    clearTimeout(worry);
    source?.close();
  };
}

function readEvent(text: string): LiveEvent | null {
  try {
    return JSON.parse(text) as LiveEvent;
  } catch {
    return null;
  }
}
