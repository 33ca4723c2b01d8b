//! What the server answered last, kept on the device so that the port opens without a network.
import { dehydrate, hydrate, QueryClient, type DehydratedState } from '@tanstack/vue-query';

const KEY = 'shian.merchant.kept';
/** Older than this is not shown again: a limit may have changed meanwhile. */
const AT_MOST_MS = 7 * 86_400_000;

export const queries = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, gcTime: AT_MOST_MS, retry: 1, refetchOnWindowFocus: true, refetchOnReconnect: true },
  },
});

interface Kept {
  at: number;
  state: DehydratedState;
}

/** Brings back what was kept and keeps what comes from now on. */
export function keepAnswersOnDevice(): void {
  const kept = read();
  if (kept && Date.now() - kept.at < AT_MOST_MS) {
    hydrate(queries, kept.state);
    // Shown at once, and asked again at once.
    void queries.invalidateQueries();
  }
  let timer: ReturnType<typeof setTimeout> | undefined;
  queries.getQueryCache().subscribe((event) => {
    if (event.type !== 'updated' || event.action.type !== 'success') return;
    clearTimeout(timer);
    timer = setTimeout(write, 1500);
  });
  // A phone may end a page at any time once it is out of sight.
  window.addEventListener('pagehide', write);
}

/** Forgets everything that belongs to the person who signed out. */
export function forgetKept(): void {
  queries.clear();
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Without storage nothing was kept.
  }
  if ('caches' in window) void caches.delete('shian-merchant-files');
}

function read(): Kept | null {
  try {
    const text = localStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Kept) : null;
  } catch {
    return null;
  }
}

function write(): void {
  const state = dehydrate(queries, { shouldDehydrateQuery: (query) => query.state.status === 'success' });
  try {
    localStorage.setItem(KEY, JSON.stringify({ at: Date.now(), state } satisfies Kept));
  } catch {
    // A full storage must not stop the page; it then opens only with a network.
  }
}
