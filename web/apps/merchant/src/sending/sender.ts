//! Sends what waits: first the pictures, then the act. A broken line at any point loses nothing and doubles nothing.
import type { ActRequest, FileRef, MatterFile } from '@shian/api';
import { afterFailure, due, newestSeq, stillHolds, waitBeforeTry, type Answer, type Next } from './answer';
import type { AnswerStore } from './answer-store';

export interface Line {
  upload(file: Blob, name: string, progress: (share: number) => void): Promise<Pick<FileRef, 'id'>>;
  act(matterId: string, act: string, what: ActRequest): Promise<MatterFile>;
  matter(matterId: string): Promise<MatterFile>;
}

export interface Reports {
  /** How much of an answer has gone, from 0 to 1. */
  progress(key: string, share: number): void;
  sent(answer: Answer, matter: MatterFile): void;
  /** The answer is still on the device; `next` says what will happen to it. */
  failed(answer: Answer, next: Next): void;
}

/** Sends every answer that is due, one after another; stops at the first that finds the line down. */
export async function sendDue(store: AnswerStore, line: Line, reports: Reports, personId: string, now: () => number): Promise<void> {
  for (const answer of due(await store.all(), personId, now())) {
    const next = await sendOne(store, line, reports, answer, now);
    if (next?.kind === 'later' || next?.kind === 'sign_in') return;
  }
}

async function sendOne(store: AnswerStore, line: Line, reports: Reports, answer: Answer, now: () => number): Promise<Next | null> {
  let next: Next;
  try {
    const files = await sendAttachments(store, line, reports, answer);
    const matter = await line.act(answer.matter_id, answer.act, request(answer, files));
    return await settled(store, reports, answer, matter);
  } catch (error) {
    next = afterFailure(error, answer.tries);
  }
  if (next.kind === 'stale') next = await afterStale(store, line, answer);
  await store.change(answer.key, (kept) => noted(kept, next, now()));
  reports.failed(answer, next);
  return next;
}

async function settled(store: AnswerStore, reports: Reports, answer: Answer, matter: MatterFile): Promise<null> {
  await store.remove(answer.key);
  reports.sent(answer, matter);
  return null;
}

async function sendAttachments(store: AnswerStore, line: Line, reports: Reports, answer: Answer): Promise<string[]> {
  const attachments = await store.attachments(answer.key);
  const ids: string[] = [];
  for (const [at, attachment] of attachments.entries()) {
    let id = attachment.file_id;
    if (id === null) {
      const blob = new Blob([attachment.bytes], { type: attachment.mime });
      const file = await line.upload(blob, attachment.name, (share) => reports.progress(answer.key, (at + share) / (attachments.length + 1)));
      id = file.id;
      await store.putAttachment({ ...attachment, file_id: id });
    }
    ids.push(id);
    reports.progress(answer.key, (at + 1) / (attachments.length + 1));
  }
  return ids;
}

function request(answer: Answer, files: string[]): ActRequest {
  return { form: answer.form, files, revision: answer.revision, request_id: answer.request_id };
}

/**
 * Someone acted on the matter meanwhile. Where the answer still holds (the office gave more time, say) it goes with
 * the new revision; otherwise the person must look again.
 */
async function afterStale(store: AnswerStore, line: Line, answer: Answer): Promise<Next> {
  try {
    const matter = await line.matter(answer.matter_id);
    if (!stillHolds(answer, matter)) return { kind: 'refused', refusal: { code: 'matter.stale', detail: matter.state_title, fields: [] } };
    await store.change(answer.key, (kept) => ({ ...kept, revision: matter.revision, seen_seq: newestSeq(matter) }));
    return { kind: 'later', in_ms: answer.tries === 0 ? 0 : waitBeforeTry(answer.tries) };
  } catch (error) {
    return afterFailure(error, answer.tries);
  }
}

function noted(answer: Answer, next: Next, now: number): Answer {
  switch (next.kind) {
    case 'later':
      return { ...answer, tries: answer.tries + 1, next_try_at: now + next.in_ms };
    case 'refused':
      return { ...answer, state: 'refused', refusal: next.refusal };
    default:
      return answer;
  }
}
