//! The queue of alerts under the chosen filter, held still while it is read.
import { api, type AlertRow } from '@shian/api';
import { useQuery } from '@tanstack/vue-query';
import { computed, shallowRef, watch, type Ref } from 'vue';
import { merge } from './merge';

export interface AlertFilter { state: string; class: string; scene: string; business: string; camera: string }

export function useQueue(filter: Ref<AlertFilter>, lookingAt: Ref<string | null>) {
  const query = useQuery({
    queryKey: ['alerts', filter],
    queryFn: ({ signal }) => api.alerts({ ...filter.value, state: filter.value.state || 'pending', page_size: 100 }, signal),
  });
  const shown = shallowRef<AlertRow[]>([]);
  const waiting = shallowRef<AlertRow[]>([]);

  watch(filter, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) { shown.value = []; waiting.value = []; }
  });
  watch(query.data, (page) => {
    if (!page) return;
    const held = merge(shown.value, page.items, lookingAt.value);
    shown.value = held.shown;
    waiting.value = held.waiting;
  }, { immediate: true });

  function takeWaiting() {
    if (query.data.value) shown.value = query.data.value.items;
    waiting.value = [];
  }
  function drop(id: string) {
    shown.value = shown.value.filter((a) => a.id !== id);
  }
  const total = computed(() => query.data.value?.total ?? 0);
  return { query, shown, waiting, total, takeWaiting, drop };
}
