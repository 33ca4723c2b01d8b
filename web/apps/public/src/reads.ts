//! What the public port asks the server for. Each read is kept under its own key and asked again when it is old.
import { api, ApiError, type Paged } from '@shian/api';
import { useInfiniteQuery, useQuery } from '@tanstack/vue-query';
import { computed, type Ref } from 'vue';

const PAGE_SIZE = 20;

/** All kitchens that businesses have made public, page by page. */
export function useKitchens() {
  return useInfiniteQuery({
    queryKey: ['public-cameras'],
    queryFn: ({ pageParam, signal }) => api.publicCameras({ page: pageParam, page_size: 60 }, signal),
    initialPageParam: 1,
    getNextPageParam: following,
    refetchInterval: 60_000,
  });
}

/** The public cameras of one business; asked again every minute, so that opening time shows by itself. */
export function useCamerasOf(businessId: Ref<string>) {
  return useQuery({
    queryKey: ['public-cameras', businessId],
    queryFn: ({ signal }) => api.publicCameras({ business: businessId.value, page_size: 50 }, signal),
    refetchInterval: 60_000,
  });
}

export function useBusinesses(q: Ref<string>, kind: Ref<string>) {
  return useInfiniteQuery({
    queryKey: ['public-businesses', q, kind],
    queryFn: ({ pageParam, signal }) =>
      api.publicBusinesses({ q: q.value, kind: kind.value, page: pageParam, page_size: PAGE_SIZE }, signal),
    initialPageParam: 1,
    getNextPageParam: following,
  });
}

export function useBusiness(id: Ref<string>) {
  return useQuery({
    queryKey: ['public-business', id],
    queryFn: ({ signal }) => api.publicBusiness(id.value, signal),
    refetchInterval: 5 * 60_000,
    retry: (times, error) => times < 1 && !isMissing(error),
  });
}

export function useRectifications(id: Ref<string>) {
  return useQuery({
    queryKey: ['public-rectifications', id],
    queryFn: ({ signal }) => api.publicRectifications(id.value, signal),
  });
}

/** True when the server says that there is no such thing, as opposed to not answering. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 422 || error.status === 400);
}

/** The items of all pages read so far, each once: a list that grew while one read it may repeat a row. */
export function itemsOf<T extends { id: string }>(pages: Ref<{ pages: Paged<T>[] } | undefined>) {
  return computed(() => {
    const seen = new Map<string, T>();
    for (const page of pages.value?.pages ?? []) for (const item of page.items) seen.set(item.id, item);
    return [...seen.values()];
  });
}

function following(last: Paged<unknown>): number | undefined {
  return last.page * last.page_size < last.total ? last.page + 1 : undefined;
}
