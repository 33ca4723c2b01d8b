//! Keeps what is on the screen true: live events mark the answers they concern as old, and they are asked for again.
import { ApiError, listenLive, type LiveEvent, type LiveState } from '@shian/api';
import { QueryClient } from '@tanstack/vue-query';
import { shallowRef } from 'vue';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.isOffline || error.status >= 502),
      refetchOnWindowFocus: true,
    },
  },
});

export const liveState = shallowRef<LiveState>('connecting');

/** The first word of every query key an event makes old; ids narrow it to one object. */
export function touched(event: LiveEvent): (readonly unknown[])[] {
  const [subject] = event.kind.split('.');
  const keys: (readonly unknown[])[] = [['desk']];
  if (subject === 'alert') {
    keys.push(['alerts']);
    if (event.alert_id) keys.push(['alert', event.alert_id]);
    if (event.kind === 'alert.judged') keys.push(['matters']);
  }
  if (subject === 'matter') {
    keys.push(['matters'], ['alarms']);
    if (event.matter_id) keys.push(['matter', event.matter_id]);
    if (event.business_id) keys.push(['business', event.business_id]);
  }
  if (subject === 'camera') {
    keys.push(['cameras']);
    if (event.camera_id) keys.push(['camera', event.camera_id]);
  }
  return keys;
}

type Listener = (event: LiveEvent) => void;
const listeners = new Set<Listener>();

/** For pages that want to say what arrived, not only refresh. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

let waiting = new Map<string, readonly unknown[]>();
let timer: ReturnType<typeof setTimeout> | undefined;

// Events come in bursts (ten cameras of one switch); one question a burst is enough.
function refresh(keys: (readonly unknown[])[]): void {
  for (const key of keys) waiting.set(JSON.stringify(key), key);
  timer ??= setTimeout(() => {
    const now = waiting;
    waiting = new Map();
    timer = undefined;
    for (const queryKey of now.values()) void queries.invalidateQueries({ queryKey });
  }, 400);
}

export function startLive(): () => void {
  return listenLive({
    event: (event) => {
      refresh(touched(event));
      for (const listener of listeners) listener(event);
    },
    gap: () => void queries.invalidateQueries(),
    state: (state) => { liveState.value = state; },
  });
}
