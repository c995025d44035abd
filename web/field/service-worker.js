// The service worker of the installer's app: its files are kept on the phone, so that it opens in a basement.
// Only files of the app are kept. What the API answers is kept by the app itself, where it can be looked at.
const FILES = __FILES__;
const BASE = __BASE__;
const KEPT = `field-${__VERSION__}`;

addEventListener('install', (event) => event.waitUntil(keepAll()));
addEventListener('activate', (event) => event.waitUntil(forgetOlder()));
addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin || !url.pathname.startsWith(BASE)) return;
  event.respondWith(answer(event.request, url));
});
// A new version waits until the app says that no form is open.
addEventListener('message', (event) => {
  if (event.data === 'take over') skipWaiting();
});

/** All files, or none. Files whose name tells their content are taken over from an older version. */
async function keepAll() {
  const kept = await caches.open(KEPT);
  await Promise.all(
    FILES.map(async (file) => {
      const older = file.includes('/assets/') && (await caches.match(file));
      const found = older || (await fetch(file, { cache: 'reload' }));
      if (!found.ok) throw new Error(`${file}: ${found.status}`);
      await kept.put(file, found);
    }),
  );
}

async function forgetOlder() {
  for (const name of await caches.keys()) if (name.startsWith('field-') && name !== KEPT) await caches.delete(name);
  await clients.claim();
}

async function answer(request, url) {
  const kept = await caches.open(KEPT);
  const found = await kept.match(request.mode === 'navigate' ? BASE : url.pathname);
  return found ?? fetch(request);
}
