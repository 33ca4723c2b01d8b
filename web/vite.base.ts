//! The build shared by the three ports: where an app lives, how it talks to the server while one develops.
import vue from '@vitejs/plugin-vue';
import type { UserConfig } from 'vite';

/** `base` is the path the server mounts the port at, for example `/regulator/`. */
export function appConfig(base: string): UserConfig {
  const server = process.env['SHIAN_SERVER'] ?? 'http://127.0.0.1:8080';
  return {
    base,
    plugins: [vue()],
    build: { target: ['chrome111', 'safari16.4', 'firefox115'], sourcemap: false, chunkSizeWarningLimit: 1200 },
    server: { proxy: { '/api': { target: server, ws: true } } },
  };
}
