//! What time it is for the server. An office computer's clock may be minutes off; the remaining time of a matter must not be.

let offsetMs = 0;

/** A second of rounding and the way through the network are no reason to distrust this device's clock. */
const TRUSTED_MS = 5_000;

/** Takes the time from the `date` of an answer that came straight from the server, not from a cache. */
export function noteServerTime(headers: Headers, now = Date.now()): void {
  if (!headers.get('cache-control')?.includes('no-store')) return;
  const told = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(told)) return;
  const off = told - now;
  offsetMs = Math.abs(off) > TRUSTED_MS ? off : 0;
}

export const serverNow = (): number => Date.now() + offsetMs;
