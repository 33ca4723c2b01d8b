//! What the merchant port asks the server for, each read under its own key.
import { api, ApiError } from '@shian/api';
import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';

/** What waits for this shop, the most pressing first. */
export function useMine() {
  return useQuery({
    queryKey: ['matters', 'mine'],
    queryFn: ({ signal }) => api.matters({ queue: 'mine', page_size: 50 }, signal),
    refetchInterval: 60_000,
  });
}

/** What is open, whoever's turn it is. */
export function useOpen() {
  return useQuery({
    queryKey: ['matters', 'open'],
    queryFn: ({ signal }) => api.matters({ open: true, page_size: 50 }, signal),
    refetchInterval: 60_000,
  });
}

const matterQuery = (id: string) => ({
  queryKey: ['matter', id],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.matter(id, signal),
  retry: retryUnlessMissing,
});

export function useMatter(id: Ref<string>) {
  return useQuery(computed(() => matterQuery(id.value)));
}

/** The files of a few matters, so that a card can say what is wanted and offer the act. */
export function useMatters(ids: Ref<string[]>) {
  return useQueries({ queries: computed(() => ids.value.map(matterQuery)) });
}

export function useHistory(open: Ref<boolean>) {
  return useInfiniteQuery({
    queryKey: ['matters', 'history', open],
    queryFn: ({ pageParam, signal }) => api.matters({ open: open.value, page: pageParam, page_size: 20 }, signal),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page * last.page_size < last.total ? last.page + 1 : undefined),
  });
}

export function useShop(id: Ref<string>) {
  return useQuery({ queryKey: ['business', id], queryFn: ({ signal }) => api.business(id.value, signal), enabled: () => id.value !== '' });
}

export function useCameras(id: Ref<string>) {
  return useQuery({
    queryKey: ['cameras', id],
    queryFn: ({ signal }) => api.cameras({ business: id.value, page_size: 50 }, signal),
    enabled: () => id.value !== '',
    refetchInterval: 60_000,
  });
}

export const isMissing = (error: unknown) => error instanceof ApiError && (error.status === 404 || error.status === 403);

function retryUnlessMissing(times: number, error: unknown): boolean {
  return times < 1 && !(error instanceof ApiError && error.status >= 400 && error.status < 500);
}
