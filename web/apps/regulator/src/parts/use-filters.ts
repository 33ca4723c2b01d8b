//! The filters of a list, kept in the address bar so that a list can be sent to a colleague and Back works.
import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

export interface Filters<K extends string> {
  filters: ComputedRef<Record<K, string>>;
  set: (change: Partial<Record<K, string>>) => void;
  clear: () => void;
  any: ComputedRef<boolean>;
}

export function useFilters<K extends string>(names: readonly K[]): Filters<K> {
  const route = useRoute();
  const router = useRouter();
  const filters = computed(() => {
    const read = {} as Record<K, string>;
    for (const name of names) {
      const value = route.query[name];
      read[name] = typeof value === 'string' ? value : '';
    }
    return read;
  });
  const set = (change: Partial<Record<K, string>>) => {
    const query: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...route.query, page: '', ...change })) {
      if (typeof value === 'string' && value !== '') query[name] = value;
    }
    void router.replace({ query });
  };
  const clear = () => void router.replace({ query: {} });
  const any = computed(() => names.some((n) => n !== ('page' as K) && filters.value[n] !== ''));
  return { filters, set, clear, any };
}
