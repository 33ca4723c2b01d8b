//! Starts the public port.
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import App from './App.vue';
import { fetchPagesAhead, router } from './router';
import '@shian/tokens/base.css';
import './style.css';

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, gcTime: 10 * 60_000, retry: 1, refetchOnWindowFocus: true } },
});

createApp(App).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app');

window.addEventListener('load', fetchPagesAhead);
