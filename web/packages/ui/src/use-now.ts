//! The present moment, ticking for everything that shows remaining time.
import { serverNow } from '@shian/api';
import { onScopeDispose, readonly, shallowRef, type Ref } from 'vue';

const now = shallowRef(serverNow());
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for the page; it runs only while something shows time. */
export function useNow(): Readonly<Ref<number>> {
  if (users++ === 0) {
    now.value = serverNow();
    timer = setInterval(() => { now.value = serverNow(); }, 10_000);
  }
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer);
  });
  return readonly(now);
}
