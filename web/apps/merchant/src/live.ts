//! What happens while the port is open: a new matter, a return, a pass; it appears without a reload and is said aloud.
import { api, listenLive, type LiveEvent } from '@shian/api';
import { ref, watch } from 'vue';
import { queries } from './kept';
import { router } from './router';
import { session } from './session';
import { texts } from './texts';
import { shortTitle } from './words';

export interface Notice {
  matter_id: string;
  head: string;
  text: string;
}

export const notice = ref<Notice | null>(null);

/** Listens as long as someone is signed in. */
export function startListening(): void {
  let stop: (() => void) | undefined;
  watch(
    () => session.value?.person_id,
    (person) => {
      stop?.();
      stop = person ? listenLive({ event: (event) => void heard(event), gap: () => void queries.invalidateQueries() }) : undefined;
    },
    { immediate: true },
  );
}

async function heard(event: LiveEvent): Promise<void> {
  if (event.kind === 'camera.changed') return void queries.invalidateQueries({ queryKey: ['cameras'] });
  if (!event.kind.startsWith('matter.') || !event.matter_id) return;
  void queries.invalidateQueries({ queryKey: ['matters'] });
  const matter = await api.matter(event.matter_id).catch(() => null);
  // Not everything that happens about a shop is for the shop to read; the server decides.
  if (!matter) return;
  queries.setQueryData(['matter', matter.id], matter);
  const newest = matter.history.reduce((a, b) => (a.seq > b.seq ? a : b), matter.history[0]!);
  const isMine = newest?.actor_name === session.value?.name;
  if (isMine && event.kind === 'matter.acted') return;
  const title = shortTitle(matter);
  const heads: Partial<Record<LiveEvent['kind'], string>> = {
    'matter.opened': `${texts.notice.opened}：${matter.procedure_title}`,
    'matter.acted': newest?.act_title ?? texts.notice.changed,
    'matter.warned': texts.notice.warned,
    'matter.expired': texts.notice.expired,
  };
  // The page that is open on this matter changes before one's eyes; a banner would only cover it.
  const open = router.currentRoute.value;
  if (open.name === 'matter' && open.params['id'] === matter.id) return;
  notice.value = { matter_id: matter.id, head: heads[event.kind] ?? texts.notice.changed, text: title };
  // Browsers let a page shake the phone only after it has been touched.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(120);
}
