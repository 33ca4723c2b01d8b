//! An answer: what a merchant has put together for one act on one matter, kept on the device until the server has it.
import { ApiError, type MatterFile } from '@shian/api';

export interface Answer {
  /** `person:matter:act`: one answer at a time for each act. */
  key: string;
  person_id: string;
  matter_id: string;
  matter_title: string;
  act: string;
  act_title: string;
  form: Record<string, unknown>;
  /** `draft` is still being written, `waiting` is to be sent, `refused` came back and needs the person. */
  state: 'draft' | 'waiting' | 'refused';
  /** The newest entry of the matter's history that the person had seen. */
  seen_seq: number;
  /** With it the shop has done its part; 已阅 alone has not. */
  is_main: boolean;
  revision: number;
  request_id: string;
  changed_at: number;
  tries: number;
  next_try_at: number;
  refusal: Refusal | null;
}

export interface Refusal {
  code: string;
  detail: string;
  fields: { field: string; message: string }[];
}

/** A picture or paper that belongs to an answer. Bytes, not a Blob: older phones lose Blobs kept in IndexedDB. */
export interface Attachment {
  id: string;
  answer_key: string;
  order: number;
  name: string;
  mime: string;
  bytes: ArrayBuffer;
  /** The server's id once it has been sent, so that a broken line does not send it twice. */
  file_id: string | null;
}

export const answerKey = (personId: string, matterId: string, act: string) => `${personId}:${matterId}:${act}`;

/** Acts of others that leave an answer as good as it was. */
const HARMLESS = new Set(['acknowledge', 'extend', 'supervise']);

/**
 * Whether an answer written on what the person saw still fits what the matter is now: the act is still offered, and
 * nothing has happened since but that someone read it or gave more time. A return in between must be read first.
 */
export function stillHolds(answer: Pick<Answer, 'act' | 'seen_seq'>, matter: Pick<MatterFile, 'acts' | 'history'>): boolean {
  const isOffered = matter.acts.some((each) => each.id === answer.act);
  return isOffered && matter.history.every((event) => event.seq <= answer.seen_seq || HARMLESS.has(event.act));
}

export function newestSeq(matter: Pick<MatterFile, 'history'>): number {
  return matter.history.reduce((newest, event) => Math.max(newest, event.seq), 0);
}

/** What to do when sending did not work. */
export type Next =
  | { kind: 'later'; in_ms: number }
  | { kind: 'sign_in' }
  | { kind: 'stale' }
  | { kind: 'refused'; refusal: Refusal };

/**
 * A line that is down, a server that is busy or being restarted: later. A refusal with a reason: the person must look.
 * `tries` counts the failures before this one.
 */
export function afterFailure(error: unknown, tries: number): Next {
  const later: Next = { kind: 'later', in_ms: waitBeforeTry(tries) };
  if (!(error instanceof ApiError)) return later;
  if (error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500) return later;
  // A page that is no answer of ours: a hotel's or a campus's sign-in page in between.
  if (error.code === 'network.not_json') return later;
  if (error.status === 401) return { kind: 'sign_in' };
  if (error.code === 'matter.stale') return { kind: 'stale' };
  return {
    kind: 'refused',
    refusal: {
      code: error.code,
      detail: error.detail,
      fields: error.fields.map(({ field, message }) => ({ field, message })),
    },
  };
}

/** 2 s, 4 s, 8 s … at most 5 min: quick when a lift door closes, gentle when the network is gone for the day. */
export function waitBeforeTry(tries: number): number {
  return Math.min(2000 * 2 ** Math.min(tries, 10), 300_000);
}

/** Which answers may go now, in the order in which they were finished. */
export function due(answers: readonly Answer[], personId: string, now: number): Answer[] {
  return answers
    .filter((each) => each.state === 'waiting' && each.person_id === personId && each.next_try_at <= now)
    .sort((a, b) => a.changed_at - b.changed_at);
}

/** When the next waiting answer may go, seen from now; null when none waits. */
export function nextTry(answers: readonly Answer[], personId: string): number | null {
  const times = answers.filter((each) => each.state === 'waiting' && each.person_id === personId).map((each) => each.next_try_at);
  return times.length > 0 ? Math.min(...times) : null;
}
