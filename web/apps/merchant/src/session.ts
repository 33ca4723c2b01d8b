//! Who is signed in. Without a network the last known person stays, so that the phone remains of use.
import { api, ApiError, whenSignedOut, type Session } from '@shian/api';
import { computed, ref } from 'vue';
import { forgetKept } from './kept';

const KEY = 'shian.merchant.session';

export const session = ref<Session | null>(null);
/** True when the server no longer knew a session that was there before. */
export const hasExpired = ref(false);
export const shopId = computed(() => (session.value?.reach.kind === 'business' ? (session.value.reach.id ?? '') : ''));

let loading: Promise<void> | undefined;

/** Asks the server once who is signed in; later calls wait for the same answer. */
export function loadSession(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  const known = readKnown();
  try {
    become(await api.session());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      hasExpired.value = known !== null;
      become(null);
    } else session.value = known;
  }
}

/** Signs in, or returns the ticket that the second step needs. */
export async function signIn(account: string, password: string): Promise<string> {
  const answer = await api.signIn(account, password);
  if ('ticket' in answer) return answer.ticket;
  enter(answer);
  return '';
}

export async function secondStep(ticket: string, code: string): Promise<void> {
  enter(await api.secondStep(ticket, code));
}

/** Asks anew who is signed in, after something about the account has changed. */
export async function renewSession(): Promise<void> {
  become(await api.session());
}

function enter(next: Session): void {
  // Another person's matters must not flash up on a shared phone.
  if (readKnown()?.person_id !== next.person_id) forgetKept();
  hasExpired.value = false;
  become(next);
}

export async function signOut(): Promise<void> {
  await api.signOut();
  forgetKept();
  become(null);
}

/** What the port does when the server no longer knows the session: everything written stays on the device. */
export function onSignedOut(act: () => void): void {
  whenSignedOut(() => {
    if (!session.value) return;
    hasExpired.value = true;
    session.value = null;
    act();
  });
}

function become(next: Session | null): void {
  session.value = next;
  try {
    if (next) localStorage.setItem(KEY, JSON.stringify(next));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage one signs in again after each start.
  }
}

function readKnown(): Session | null {
  try {
    const text = localStorage.getItem(KEY);
    return text ? (JSON.parse(text) as Session) : null;
  } catch {
    return null;
  }
}
