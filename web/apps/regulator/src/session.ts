//! Who is signed in, kept for the life of the page.
import { ApiError, api, whenSignedOut, type Session } from '@shian/api';
import { shallowRef } from 'vue';
import { queries } from './live';
import { router } from './router';

export const session = shallowRef<Session | null>(null);
let asked: Promise<Session | null> | null = null;

/** Asks the server once; a page without a network still opens and says so. */
export function knownSession(): Promise<Session | null> {
  asked ??= api.session().catch((e: unknown) => {
    if (!(e instanceof ApiError) || e.status !== 401) asked = null;
    return null;
  }).then((who) => (session.value = who));
  return asked;
}

/** Signs in, or says which ticket the second step needs. */
export async function signIn(account: string, password: string): Promise<Session | { ticket: string }> {
  const answer = await api.signIn(account, password);
  return 'ticket' in answer ? { ticket: answer.ticket } : enter(answer);
}

export async function secondStep(ticket: string, code: string): Promise<Session> {
  return enter(await api.secondStep(ticket, code));
}

function enter(who: Session): Session {
  queries.clear();
  if (who.port === 'regulator') {
    session.value = who;
    asked = Promise.resolve(who);
  }
  return who;
}

/** Asks anew who is signed in, after something about the account has changed. */
export async function renewSession(): Promise<void> {
  asked = null;
  await knownSession();
}

export async function signOut(): Promise<void> {
  await api.signOut().catch((e: unknown) => {
    if (!(e instanceof ApiError) || e.status !== 401) throw e;
  });
  forget();
  await router.push({ name: 'sign-in' });
}

function forget(): void {
  session.value = null;
  asked = Promise.resolve(null);
  queries.clear();
}

export const may = (act: string): boolean => session.value?.may.includes(act) ?? false;

whenSignedOut(() => {
  if (!session.value) return;
  forget();
  void router.push({ name: 'sign-in', query: { next: router.currentRoute.value.fullPath, why: 'expired' } });
});
