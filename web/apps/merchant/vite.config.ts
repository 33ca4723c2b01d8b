import { defineConfig, mergeConfig } from 'vite';
import { appConfig } from '../../vite.base';
import { shellWorker } from './shell-worker';

const SHELL_EXTRAS = ['manifest.webmanifest', 'icon.svg', 'icon-192.png'];

export default defineConfig(
  mergeConfig(appConfig('/merchant/'), {
    plugins: [shellWorker(new URL('sw.js', import.meta.url).pathname, SHELL_EXTRAS)],
  }),
);
