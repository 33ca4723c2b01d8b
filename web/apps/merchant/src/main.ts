//! Starts the merchant port: what was kept from last time is on the screen before the network is asked.
import { VueQueryPlugin } from '@tanstack/vue-query';
import { createApp } from 'vue';
import App from './App.vue';
import { keepAnswersOnDevice, queries } from './kept';
import { router } from './router';
import { startSending } from './sending/outbox';
import { loadSession } from './session';
import '@shian/tokens/base.css';
import './style.css';

keepAnswersOnDevice();
void loadSession().then(startSending);
createApp(App).use(router).use(VueQueryPlugin, { queryClient: queries }).mount('#app');

// The worker keeps the shell for days without a network; it exists only on https and localhost.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  window.addEventListener('load', () => void navigator.serviceWorker.register(`${import.meta.env.BASE_URL}sw.js`));
}
