// The merchant port's service worker: the shell opens without a network, evidence pictures seen once stay readable.
// Answers of the server are not kept here: the page itself keeps the last ones and says how old they are.

const SHELL = 'shian-merchant-shell-__VERSION__';
const FILES = 'shian-merchant-files';
const SHELL_FILES = '__SHELL__';
const HOME = SHELL_FILES[0];
const FILES_AT_MOST = 60;
const PATIENCE_MS = 3500;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(SHELL_FILES)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith('shian-merchant-shell-') && name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.mode === 'navigate' && url.pathname.startsWith(HOME)) event.respondWith(page(request));
  else if (url.pathname.startsWith(HOME)) event.respondWith(shellFile(request));
  else if (url.pathname.startsWith('/api/files/') && request.destination === 'image') event.respondWith(evidence(request));
});

/** A page comes from the network so that a new version is seen at once; without one, or on a crawling one, from the shell. */
async function page(request) {
  const kept = await caches.match(HOME, { cacheName: SHELL });
  const fresh = fetch(request).then((answer) => (answer.status < 500 ? answer : undefined), () => undefined);
  const late = new Promise((resolve) => setTimeout(resolve, kept ? PATIENCE_MS : 60_000));
  return (await Promise.race([fresh, late])) ?? kept ?? (await fresh) ?? Response.error();
}

async function shellFile(request) {
  return (await caches.match(request, { cacheName: SHELL, ignoreSearch: true })) ?? fetch(request);
}

/** A file never changes under its address, so what was seen once need not be asked again. */
async function evidence(request) {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) {
    await cache.put(request, answer.clone());
    const names = await cache.keys();
    await Promise.all(names.slice(0, Math.max(0, names.length - FILES_AT_MOST)).map((name) => cache.delete(name)));
  }
  return answer;
}
