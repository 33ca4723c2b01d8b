//! Checks a bundle (核验包) in the browser, from the outside in, as `kernel/proof/src/bundle.rs` does: no server is asked.
//! WebCrypto is there only on https and in new browsers, so the hashes and the signature are a small library's.
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';

export interface Bundle { format: string; matter_id: string; key: string; checkpoint: string; entries: BundleEntry[] }
interface BundleEntry { index: number; record?: string; leaf?: string; proof: string[] }
export interface LogKey { text: string; name: string; id: Uint8Array; role: number; bytes: Uint8Array }

/** A record as it was hashed; which members it has depends on its kind. */
export type LogRecord = { kind: string; subject: string; seq: number } & Record<string, unknown>;

export interface Verified {
  matterId: string;
  opening: LogRecord;
  acts: LogRecord[];
  files: LogRecord[];
  withheld: number;
  logSize: number;
  fingerprint: string;
}

/** The first thing that does not fit. `entry` counts from 1; `said` is what the words about it need. */
export class Misfit extends Error {
  constructor(readonly code: string, readonly entry: number | null = null, readonly said: { record?: LogRecord | null; text?: string } = {}) {
    super(code);
  }
}

const FORMAT = 'shian-bundle/1';
const LOG = 1;
const MAX_RECORDS = 1_000_000;
const utf8 = new TextEncoder();

export function verify(text: string, trusted: LogKey | null): Verified {
  const bundle = read(text);
  const key = readKey(bundle.key);
  if (!key) throw new Misfit('key.unreadable');
  if (trusted && trusted.text !== key.text) throw new Misfit('key.other', null, { text: fingerprint(key) });
  const checkpoint = checkNote(bundle.checkpoint, key);
  if (bundle.entries.length === 0) throw new Misfit('bundle.empty');
  const records: { entry: number; record: LogRecord }[] = [];
  const places = new Set<number>();
  bundle.entries.forEach((entry, i) => {
    const { leaf, record } = leafOf(entry, i + 1);
    const about = { record };
    if (places.has(entry.index)) throw new Misfit('entry.repeated', i + 1, about);
    places.add(entry.index);
    const proof = entry.proof.map((hash) => fromBase64(hash));
    if (!proof.every((hash) => hash?.length === 32) || !isIncluded(leaf, entry.index, checkpoint.size, proof as Uint8Array[], checkpoint.root)) {
      throw new Misfit('entry.log', i + 1, about);
    }
    if (record) records.push({ entry: i + 1, record });
  });
  const withheld = bundle.entries.length - records.length;
  return { ...checkWhole(bundle.matter_id, records, withheld), matterId: bundle.matter_id, withheld, logSize: checkpoint.size, fingerprint: fingerprint(key) };
}

/** What the records say together: one matter, every act of it up to the last, every file an act names. */
function checkWhole(matterId: string, records: { entry: number; record: LogRecord }[], withheld: number) {
  const acts: LogRecord[] = [];
  const files: LogRecord[] = [];
  const named: { entry: number; id: string }[] = [];
  let opening: LogRecord | null = null;
  for (const { entry, record } of records) {
    if ((record.kind === 'matter' || record.kind === 'act') && record.subject !== matterId) throw new Misfit('entry.matter', entry, { record });
    if (record.kind === 'matter') opening = record;
    else if (record.kind === 'act') {
      acts.push(record);
      if (Array.isArray(record['files'])) for (const id of record['files']) if (typeof id === 'string') named.push({ entry, id });
    } else if (record.kind === 'file') files.push(record);
    else throw new Misfit('entry.kind', entry);
  }
  if (!opening) throw new Misfit('entry.opening');
  const seqs = new Set(acts.map((act) => act.seq));
  const last = Math.max(0, ...seqs);
  let missing = 0;
  for (let seq = 1, first = 0; seq <= Math.min(last, MAX_RECORDS); seq++) {
    if (seqs.has(seq)) continue;
    first ||= seq;
    if (++missing > withheld) throw new Misfit('entry.gap', null, { text: String(first) });
  }
  if (last > MAX_RECORDS || [...seqs].some((seq) => seq < 1)) throw new Misfit('entry.gap', null, { text: '0' });
  const lost = named.find(({ id }) => !files.some((file) => file.subject === id));
  if (lost) throw new Misfit('file.missing', lost.entry, { text: lost.id });
  return { opening, acts, files };
}

function read(text: string): Bundle {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Misfit('bundle.unreadable');
  }
  const bundle = json as Bundle;
  if (typeof json !== 'object' || json === null || bundle.format !== FORMAT) throw new Misfit('bundle.format');
  const isEntry = (e: BundleEntry) =>
    typeof e === 'object' && e !== null && Number.isSafeInteger(e.index) && e.index >= 0 && isTextOrNone(e.record) && isTextOrNone(e.leaf) &&
    Array.isArray(e.proof) && e.proof.every((hash) => typeof hash === 'string') && hasOnly(e, ['index', 'record', 'leaf', 'proof']);
  const isWhole =
    [bundle.matter_id, bundle.key, bundle.checkpoint].every((each) => typeof each === 'string') && Array.isArray(bundle.entries) &&
    bundle.entries.every(isEntry) && hasOnly(bundle, ['format', 'matter_id', 'key', 'checkpoint', 'entries']);
  if (!isWhole) throw new Misfit('bundle.unreadable');
  return bundle;
}

const isTextOrNone = (value: unknown) => value === undefined || value === null || typeof value === 'string';
const hasOnly = (of: object, names: string[]) => Object.keys(of).every((name) => names.includes(name));

function leafOf(entry: BundleEntry, place: number): { leaf: Uint8Array; record: LogRecord | null } {
  const record = entry.record ?? null;
  const leaf = entry.leaf ?? null;
  if (record !== null && leaf === null) {
    const json = parseCanonical(record);
    if (json === undefined) throw new Misfit('entry.text', place);
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return { leaf: leafHash(utf8.encode(record)), record: (isObject ? json : { kind: '', subject: '', seq: 0 }) as LogRecord };
  }
  if (record !== null || leaf === null || !/^[0-9a-f]{64}$/.test(leaf)) throw new Misfit('entry.text', place);
  return { leaf: Uint8Array.from(leaf.match(/../g) ?? [], (pair) => parseInt(pair, 16)), record: null };
}

/** Reads a text that is written in the one way (RFC 8785, whole numbers only); otherwise undefined. */
export function parseCanonical(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return canonical(json) === text ? json : undefined;
  } catch {
    return undefined;
  }
}

function canonical(json: unknown): string {
  if (typeof json === 'number' && !Number.isSafeInteger(json)) throw new RangeError('not whole');
  if (Array.isArray(json)) return `[${json.map(canonical).join(',')}]`;
  if (typeof json === 'object' && json !== null) {
    const members = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`).join(',')}}`;
  }
  return JSON.stringify(json);
}

// Keys and signed notes (C2SP signed-note, tlog-checkpoint).

/** `name+id+base64`; null when it is no key. */
export function readKey(text: string): LogKey | null {
  const [name = '', id = '', material = ''] = parts(text.trim());
  const bytes = fromBase64(material);
  if (!name || /\s/.test(name) || bytes?.length !== 33) return null;
  const role = bytes[0] as number;
  const expected = sha256(join(utf8.encode(name), Uint8Array.of(10, role), bytes.subarray(1))).subarray(0, 4);
  if ((role !== LOG && role !== 4) || hex(expected) !== id) return null;
  return { text: text.trim(), name, id: expected, role, bytes: bytes.subarray(1) };
}

/** Base64 has a `+` of its own. */
function parts(text: string): string[] {
  const [name = '', id = ''] = text.split('+', 2);
  return [name, id, text.slice(name.length + id.length + 2)];
}

export function fingerprint(key: LogKey): string {
  return hex(sha256(key.bytes).subarray(0, 16)).match(/.{4}/g)?.join(' ') ?? '';
}

function checkNote(text: string, key: LogKey): { size: number; root: Uint8Array } {
  const cut = text.indexOf('\n\n');
  const [origin, size = '', root = ''] = text.slice(0, Math.max(cut, 0)).split('\n');
  const hash = fromBase64(root);
  const lines = text.slice(cut + 2);
  const signatures = lines.slice(0, -1).split('\n').map((line) => /^\u2014 ([^\s+]+) (\S+)$/.exec(line));
  const isWhole = cut > 0 && origin && String(Number(size)) === size && Number.isSafeInteger(Number(size)) && hash?.length === 32 && lines.endsWith('\n') && signatures.every((each) => each && (fromBase64(each[2] ?? '')?.length ?? 0) >= 4);
  if (!isWhole || !hash) throw new Misfit('checkpoint.unreadable');
  if (origin !== key.name) throw new Misfit('checkpoint.origin');
  const body = utf8.encode(text.slice(0, cut + 1));
  const isSigned = signatures.some((each) => {
    const bytes = fromBase64(each?.[2] ?? '') ?? new Uint8Array();
    return each?.[1] === key.name && hex(bytes.subarray(0, 4)) === hex(key.id) && hasSigned(key, body, bytes.subarray(4));
  });
  if (!isSigned) throw new Misfit('checkpoint.signature');
  return { size: Number(size), root: hash };
}

function hasSigned(key: LogKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.role === LOG && ed25519.verify(signature, message, key.bytes, { zip215: false });
  } catch {
    return false;
  }
}

// The tree (RFC 6962).

const leafHash = (record: Uint8Array) => sha256(join(Uint8Array.of(0), record));
const nodeHash = (left: Uint8Array, right: Uint8Array) => sha256(join(Uint8Array.of(1), left, right));

/** Whether the proof leads from the leaf to the root (RFC 9162 §2.1.3.2). */
function isIncluded(leaf: Uint8Array, index: number, size: number, proof: Uint8Array[], root: Uint8Array): boolean {
  if (index >= size) return false;
  let [at, last, hash] = [BigInt(index), BigInt(size - 1), leaf];
  for (const other of proof) {
    if (last === 0n) return false;
    if ((at & 1n) === 1n || at === last) {
      hash = nodeHash(other, hash);
      while ((at & 1n) === 0n && at !== 0n) [at, last] = [at >> 1n, last >> 1n];
    } else hash = nodeHash(hash, other);
    [at, last] = [at >> 1n, last >> 1n];
  }
  return last === 0n && hex(hash) === hex(root);
}

/** The hash under which a file is kept. */
export const fileHash = (bytes: Uint8Array) => hex(sha256(bytes));

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function fromBase64(text: string): Uint8Array | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return null;
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
