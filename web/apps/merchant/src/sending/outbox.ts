//! The answers of the person who is signed in: written here, kept on the device, sent as soon as the line allows.
import { api, newRequestId, upload, type MatterAct, type MatterFile } from '@shian/api';
import { computed, reactive, ref } from 'vue';
import { isOnline } from '../online';
import { queries } from '../kept';
import { session } from '../session';
import { mainAct } from '../words';
import { answerKey, newestSeq, nextTry, type Answer, type Attachment, type Next } from './answer';
import { AnswerStore } from './answer-store';
import type { Prepared } from './picture';
import { sendDue } from './sender';

const store = new AnswerStore();
const kept = ref<Answer[]>([]);

/** How much of each answer has gone, from 0 to 1; absent when it is not being sent. */
export const progress = reactive<Record<string, number>>({});
/** The answer that went last, so that the page can say so. */
export const sentLast = ref<{ matter_id: string; act_title: string } | null>(null);

/** The answers of this person that are still on the device. */
export const answers = computed(() => kept.value.filter((each) => each.person_id === session.value?.person_id));
/** Those that were finished and have not gone. */
export const unsent = computed(() => answers.value.filter((each) => each.state !== 'draft'));

export function answerFor(matterId: string, act?: string): Answer | undefined {
  return answers.value.find((each) => each.matter_id === matterId && (act === undefined || each.act === act));
}

/** The draft for an act, begun now unless one is there already. */
export async function beginAnswer(matter: MatterFile, act: MatterAct): Promise<Answer> {
  const personId = session.value?.person_id ?? '';
  const key = answerKey(personId, matter.id, act.id);
  const before = await store.find(key);
  if (before) return before;
  const answer: Answer = {
    key,
    person_id: personId,
    matter_id: matter.id,
    matter_title: matter.title,
    act: act.id,
    act_title: act.title,
    form: {},
    state: 'draft',
    seen_seq: newestSeq(matter),
    is_main: mainAct(matter.acts)?.id === act.id,
    revision: matter.revision,
    request_id: newRequestId(),
    changed_at: Date.now(),
    tries: 0,
    next_try_at: 0,
    refusal: null,
  };
  // Asks the browser not to clear the pictures when the phone runs short of space; it may say no.
  void navigator.storage?.persist?.();
  return answer;
}

export async function saveForm(answer: Answer, form: Record<string, unknown>): Promise<void> {
  await store.put({ ...answer, form: plain(form), changed_at: Date.now() });
  await refresh();
}

export const attachmentsOf = (key: string) => store.attachments(key);

export async function attach(answer: Answer, prepared: Prepared, order: number): Promise<Attachment> {
  const attachment: Attachment = { id: newRequestId(), answer_key: answer.key, order, ...prepared, file_id: null };
  await store.putAttachment(attachment);
  if (!(await store.find(answer.key))) await store.put({ ...answer, form: plain(answer.form) });
  await refresh();
  return attachment;
}

export async function detach(id: string): Promise<void> {
  await store.removeAttachment(id);
}

/** The person has finished: once this returns it is safe on the device and is sent without them. */
export async function finish(answer: Answer, form: Record<string, unknown>, matter: MatterFile): Promise<void> {
  const wasRefused = answer.state === 'refused';
  if (wasRefused) await forgetFileIds(answer.key);
  await store.put({
    ...answer,
    form: plain(form),
    state: 'waiting',
    // What the person decided on is what they saw last.
    seen_seq: newestSeq(matter),
    revision: matter.revision,
    request_id: wasRefused ? newRequestId() : answer.request_id,
    changed_at: Date.now(),
    tries: 0,
    next_try_at: 0,
    refusal: null,
  });
  await refresh();
  void send();
}

export async function discard(key: string): Promise<void> {
  await store.remove(key);
  await refresh();
}

/** Tries again at once, whatever the waiting time says. */
export async function sendNow(): Promise<void> {
  for (const each of unsent.value) await store.change(each.key, (answer) => ({ ...answer, next_try_at: 0 }));
  await send();
}

/** Looks for what is left from last time and sends when the network or the person comes back. */
export function startSending(): void {
  void refresh().then(send);
  window.addEventListener('online', () => void sendNow());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void refresh().then(send);
  });
}

let timer: ReturnType<typeof setTimeout> | undefined;
let isSending = false;

export async function send(): Promise<void> {
  const person = session.value;
  if (!person || isSending) return;
  isSending = true;
  try {
    await alone(() => sendDue(store, { upload, act: api.act, matter: (id) => api.matter(id) }, { progress: moved, sent, failed }, person.person_id, Date.now));
  } finally {
    isSending = false;
    await refresh();
    again(person.person_id);
  }
}

/** Two open pages of the port must not send the same answer at once. Locks exist only on https and localhost. */
async function alone(act: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return act();
  await navigator.locks.request('shian-merchant-sending', { ifAvailable: true }, async (lock) => {
    if (lock) await act();
  });
}

function again(personId: string): void {
  clearTimeout(timer);
  const at = nextTry(kept.value, personId);
  // Without a network the browser's own signal wakes us; a timer would only use up the battery.
  if (at === null || !session.value || !isOnline.value) return;
  timer = setTimeout(() => void send(), Math.max(500, at - Date.now()));
}

function moved(key: string, share: number): void {
  progress[key] = share;
}

function sent(answer: Answer, matter: MatterFile): void {
  delete progress[answer.key];
  sentLast.value = { matter_id: answer.matter_id, act_title: answer.act_title };
  queries.setQueryData(['matter', matter.id], matter);
  void queries.invalidateQueries({ queryKey: ['matters'] });
}

function failed(answer: Answer, next: Next): void {
  delete progress[answer.key];
  if (next.kind !== 'refused') return;
  void queries.invalidateQueries({ queryKey: ['matter', answer.matter_id] });
  // 已阅 that is no longer asked for needs nobody's attention.
  if (!answer.is_main && Object.keys(answer.form).length === 0) void discard(answer.key);
}

async function forgetFileIds(key: string): Promise<void> {
  for (const attachment of await store.attachments(key)) await store.putAttachment({ ...attachment, file_id: null });
}

async function refresh(): Promise<void> {
  kept.value = await store.all();
}

/** A reactive form cannot be kept in IndexedDB as it is. */
function plain(form: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(form)) as Record<string, unknown>;
}
