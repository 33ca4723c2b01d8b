import 'fake-indexeddb/auto';
import { ApiError, type ActRequest, type MatterFile } from '@shian/api';
import { beforeEach, expect, test } from 'vitest';
import { afterFailure, waitBeforeTry, type Answer, type Next } from './answer';
import { AnswerStore } from './answer-store';
import { sendDue, type Line } from './sender';

const NOW = Date.parse('2026-11-21T10:00:00+08:00');
const WANG = 'wang';
let store: AnswerStore;
let count = 0;
beforeEach(() => {
  store = new AnswerStore(`test-${++count}`);
});

function answer(matter: string, change: Partial<Answer> = {}): Answer {
  return {
    key: `${WANG}:${matter}:submit`,
    person_id: WANG,
    matter_id: matter,
    matter_title: '动物进入',
    act: 'submit',
    act_title: '提交整改',
    form: { statement: '已封堵排水口' },
    state: 'waiting',
    seen_seq: 2,
    is_main: true,
    revision: 3,
    request_id: `request-${matter}`,
    changed_at: NOW - 1000,
    tries: 0,
    next_try_at: 0,
    refusal: null,
    ...change,
  };
}

async function photographed(key: string, ...names: string[]): Promise<void> {
  for (const [order, name] of names.entries()) {
    await store.putAttachment({ id: `${key}/${name}`, answer_key: key, order, name, mime: 'image/jpeg', bytes: new ArrayBuffer(4), file_id: null });
  }
}

/** A server that remembers what reached it; `broken` says at which call the line goes down. */
class Server implements Line {
  uploads: string[] = [];
  acts: { matter: string; what: ActRequest }[] = [];
  history = [{ seq: 2, act: 'order' }];
  revision = 3;
  failing: ((call: string) => ApiError | undefined)[] = [];

  #maybeFail(call: string) {
    const error = this.failing[0]?.(call);
    if (error) {
      this.failing.shift();
      throw error;
    }
  }
  async upload(_file: Blob, name: string, progress: (share: number) => void) {
    this.#maybeFail(`upload ${name}`);
    progress(1);
    this.uploads.push(name);
    return { id: `file-${name}` };
  }
  async act(matter: string, _act: string, what: ActRequest) {
    this.#maybeFail(`act ${matter}`);
    this.acts.push({ matter, what });
    return this.#file(matter);
  }
  async matter(matter: string) {
    this.#maybeFail(`matter ${matter}`);
    return this.#file(matter);
  }
  #file(id: string) {
    return { id, state_title: '待复核', revision: this.revision, history: this.history, acts: [{ id: 'submit' }] } as unknown as MatterFile;
  }
}

const down = new ApiError(0, 'network.unreachable', '');
const at = (call: string, error: ApiError) => (now: string) => (now === call ? error : undefined);

async function send(server: Server, now = NOW) {
  const seen = { progress: [] as number[], sent: [] as string[], failed: [] as Next[] };
  await sendDue(store, server, {
    progress: (_, share) => seen.progress.push(share),
    sent: (sent) => seen.sent.push(sent.matter_id),
    failed: (_, next) => seen.failed.push(next),
  }, WANG, () => now);
  return seen;
}

test('an answer goes with its pictures first and is then forgotten', async () => {
  await store.put(answer('m1'));
  await photographed('wang:m1:submit', 'a.jpg', 'b.jpg');
  const server = new Server();
  const seen = await send(server);
  expect(server.uploads).toEqual(['a.jpg', 'b.jpg']);
  expect(server.acts).toEqual([
    { matter: 'm1', what: { form: { statement: '已封堵排水口' }, files: ['file-a.jpg', 'file-b.jpg'], revision: 3, request_id: 'request-m1' } },
  ]);
  expect(seen.sent).toEqual(['m1']);
  expect(seen.progress.at(-1)).toBeCloseTo(2 / 3);
  expect(await store.all()).toEqual([]);
  expect(await store.attachments('wang:m1:submit')).toEqual([]);
});

test('a line that breaks between two pictures keeps everything and sends no picture twice', async () => {
  await store.put(answer('m1'));
  await photographed('wang:m1:submit', 'a.jpg', 'b.jpg');
  const server = new Server();
  server.failing = [at('upload b.jpg', down)];
  const seen = await send(server);
  expect(seen.failed).toEqual([{ kind: 'later', in_ms: 2000 }]);
  expect((await send(server, NOW + 1999)).sent).toEqual([]);
  expect((await send(server, NOW + 2000)).sent).toEqual(['m1']);
  expect(server.uploads).toEqual(['a.jpg', 'b.jpg']);
});

test('when the answer of the server is lost the same request is sent again', async () => {
  await store.put(answer('m1'));
  const server = new Server();
  server.failing = [at('act m1', down)];
  await send(server);
  await send(server, NOW + 5000);
  expect(server.acts.map((each) => each.what.request_id)).toEqual(['request-m1']);
});

test('a line that is down stops the round, so that later answers do not wear out the battery', async () => {
  await store.put(answer('m1', { changed_at: 1 }));
  await store.put(answer('m2', { changed_at: 2 }));
  const server = new Server();
  server.failing = [at('act m1', down)];
  await send(server);
  expect(server.acts).toEqual([]);
  expect((await store.find('wang:m2:submit'))?.tries).toBe(0);
});

test('a refusal stays on the device with its reason and lets the next one pass', async () => {
  await store.put(answer('m1', { changed_at: 1 }));
  await store.put(answer('m2', { changed_at: 2 }));
  const server = new Server();
  server.failing = [at('act m1', new ApiError(422, 'matter.form', '', [{ field: 'statement', code: 'min', message: '至少 2 个字' }]))];
  const seen = await send(server);
  expect(seen.sent).toEqual(['m2']);
  const kept = await store.find('wang:m1:submit');
  expect(kept?.state).toBe('refused');
  expect(kept?.refusal?.fields).toEqual([{ field: 'statement', message: '至少 2 个字' }]);
});

test('when the office only gave more time the answer goes with the new revision', async () => {
  await store.put(answer('m1'));
  const server = new Server();
  server.revision = 4;
  server.history.push({ seq: 3, act: 'extend' });
  server.failing = [at('act m1', new ApiError(409, 'matter.stale', ''))];
  await send(server);
  await send(server);
  expect(server.acts[0]?.what.revision).toBe(4);
});

test('having read, and then handing in, both written without a network, go one after the other', async () => {
  await store.put(answer('m1', { key: 'wang:m1:acknowledge', act: 'acknowledge', is_main: false, form: {}, changed_at: 1, request_id: 'read' }));
  await store.put(answer('m1', { changed_at: 2 }));
  const server = new Server();
  // The server counts every act, so that the second answer is written on what is no longer the newest.
  server.failing = [
    (call) => {
      if (call === 'act m1' && server.acts.length === 1) return new ApiError(409, 'matter.stale', '');
      if (call === 'act m1') {
        server.revision = 4;
        server.history.push({ seq: 3, act: 'acknowledge' });
      }
      return undefined;
    },
  ];
  await send(server);
  await send(server);
  expect(server.acts.map((each) => [each.what.request_id, each.what.revision])).toEqual([['read', 3], ['request-m1', 4]]);
  expect(await store.all()).toEqual([]);
});

test('when the matter has moved on the person is asked to look', async () => {
  await store.put(answer('m1'));
  const server = new Server();
  server.history.push({ seq: 3, act: 'submit' }, { seq: 4, act: 'return' });
  server.failing = [at('act m1', new ApiError(409, 'matter.stale', ''))];
  const seen = await send(server);
  expect(seen.failed[0]).toMatchObject({ kind: 'refused', refusal: { code: 'matter.stale', detail: '待复核' } });
});

test('signed out in between, the answer waits for the person and counts no try', async () => {
  await store.put(answer('m1'));
  const server = new Server();
  server.failing = [at('act m1', new ApiError(401, 'access.unauthenticated', ''))];
  expect((await send(server)).failed).toEqual([{ kind: 'sign_in' }]);
  expect(await store.find('wang:m1:submit')).toMatchObject({ state: 'waiting', tries: 0 });
});

test('another person on the same phone does not send for the first', async () => {
  await store.put(answer('m1', { person_id: 'someone', key: 'someone:m1:submit' }));
  const server = new Server();
  expect((await send(server)).sent).toEqual([]);
  expect(await store.all()).toHaveLength(1);
});

test('what is still being written is not sent', async () => {
  await store.put(answer('m1', { state: 'draft' }));
  expect((await send(new Server())).sent).toEqual([]);
});

test('what was thrown away while it was being sent does not come back', async () => {
  await store.put(answer('m1'));
  await store.remove('wang:m1:submit');
  await store.change('wang:m1:submit', (kept) => ({ ...kept, tries: 9 }));
  expect(await store.all()).toEqual([]);
});

test('the server being restarted is waited for, a refusal is not', () => {
  expect(afterFailure(new ApiError(503, 'http.503', ''), 1)).toEqual({ kind: 'later', in_ms: 4000 });
  expect(afterFailure(new ApiError(429, 'http.429', ''), 0)).toEqual({ kind: 'later', in_ms: 2000 });
  expect(afterFailure(new ApiError(409, 'matter.not_possible', 'x'), 0).kind).toBe('refused');
  expect(afterFailure(new TypeError('quota'), 0).kind).toBe('later');
});

test('tries come further apart, at most five minutes', () => {
  expect([0, 1, 2, 3].map(waitBeforeTry)).toEqual([2000, 4000, 8000, 16_000]);
  expect(waitBeforeTry(40)).toBe(300_000);
});
