//! The areas within my reach, for filters.
import { api } from '@shian/api';
import { useQuery } from '@tanstack/vue-query';
import { computed } from 'vue';
import { session } from '../session';

export function useAreas() {
  const query = useQuery({ queryKey: ['areas'], queryFn: ({ signal }) => api.areas(signal), staleTime: 3_600_000 });
  const mine = computed(() => (query.data.value ?? []).filter((a) => a.code.startsWith(session.value?.reach.code ?? '')));
  const stations = computed(() => mine.value.filter((a) => a.kind === 'station'));
  return { mine, stations };
}
