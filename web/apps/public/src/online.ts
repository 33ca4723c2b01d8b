//! Whether the device says it has a network.
import { onlineManager } from '@tanstack/vue-query';
import { ref } from 'vue';

// The query library assumes a network until it hears otherwise; a page opened without one never hears.
onlineManager.setOnline(navigator.onLine);

export const isOnline = ref(onlineManager.isOnline());
/** True after a page could not be fetched for want of a network. */
export const hasMissedPage = ref(false);

onlineManager.subscribe((online) => (isOnline.value = online));
