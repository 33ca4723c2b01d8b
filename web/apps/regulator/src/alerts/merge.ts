//! Keeps a list still while it is being read: rows change in place, new ones wait until they are asked for.
import type { AlertRow } from '@shian/api';

export interface Held { shown: AlertRow[]; waiting: AlertRow[] }

/**
 * `fresh` is the server's list now. Rows that left it go, except the one being looked at;
 * rows that joined it below what is shown are simply the rest of the list, those above wait.
 */
export function merge(shown: AlertRow[], fresh: AlertRow[], lookingAt: string | null): Held {
  if (shown.length === 0) return { shown: fresh, waiting: [] };
  const byId = new Map(fresh.map((a) => [a.id, a]));
  const kept = shown.flatMap((a) => byId.get(a.id) ?? (a.id === lookingAt ? [a] : []));
  if (kept.length === 0) return { shown: fresh, waiting: [] };
  const known = new Set(kept.map((a) => a.id));
  const lastKnown = fresh.findLastIndex((a) => known.has(a.id));
  const below = fresh.slice(lastKnown + 1);
  const waiting = fresh.slice(0, lastKnown + 1).filter((a) => !known.has(a.id));
  return { shown: [...kept, ...below], waiting };
}

/** Where to go when the row at `id` is done: the one after it, else the one before. */
export function neighbour(shown: AlertRow[], id: string | null, by: 1 | -1): AlertRow | null {
  const at = shown.findIndex((a) => a.id === id);
  if (at < 0) return shown[0] ?? null;
  return shown[at + by] ?? null;
}

export const afterDone = (shown: AlertRow[], id: string): AlertRow | null => neighbour(shown, id, 1) ?? neighbour(shown, id, -1);
