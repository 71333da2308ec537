/*
 * Lets the engineer's pages open without network. It keeps the start page, the built files and who is signed in;
 * records and reports live in the page's own database. Everything else goes to the server untouched.
 */
const CACHE = 'aftersail-field-1';
const SHELL = '/index.html';
const SESSION = '/api/v1/session';
const START = [SHELL, '/favicon.svg', '/manifest.webmanifest', '/icons/field-192.png'];
/* A start page that takes longer than this is answered from the phone. */
const PATIENCE_MS = 4000;
/* Built files have names of their own for every build; the oldest go first. */
const MOST_ASSETS = 150;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => Promise.all(START.map((path) => cache.add(new Request(path, { cache: 'reload' })).catch(() => undefined))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((name) => name.startsWith('aftersail-field-') && name !== CACHE).map((name) => caches.delete(name))),
      )
      .then(() => self.clients.claim()),
  );
});

/* `keep`: files the page loaded before this worker was there. `forget`: the person has signed out. */
self.addEventListener('message', (event) => {
  const { type, paths } = event.data ?? {};
  if (type === 'keep' && Array.isArray(paths)) event.waitUntil(keep(paths));
  if (type === 'forget') event.waitUntil(caches.open(CACHE).then((cache) => cache.delete(SESSION)));
});

async function keep(paths) {
  const cache = await caches.open(CACHE);
  for (const path of paths) {
    if (!isStatic(path) && path !== SESSION) continue;
    if (path !== SESSION && (await cache.match(path))) continue;
    await cache.add(path).catch(() => undefined);
  }
  const assets = (await cache.keys()).filter((request) => new URL(request.url).pathname.startsWith('/assets/'));
  await Promise.all(assets.slice(0, Math.max(0, assets.length - MOST_ASSETS)).map((request) => cache.delete(request)));
}

function isStatic(path) {
  return path.startsWith('/assets/') || path.startsWith('/icons/') || path === '/favicon.svg' || path === '/manifest.webmanifest';
}

async function fromPhoneFirst(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}

async function startPage(request) {
  const cache = await caches.open(CACHE);
  const network = fetch(request).then(async (response) => {
    if (!response.ok) throw new Error('the server has no start page at the moment');
    await cache.put(SHELL, response.clone());
    return response;
  });
  const kept = await cache.match(SHELL);
  if (!kept) return network;
  const late = new Promise((resolve) => setTimeout(() => resolve(kept.clone()), PATIENCE_MS));
  return Promise.race([network.catch(() => kept.clone()), late]);
}

async function session(request) {
  const cache = await caches.open(CACHE);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const kept = await cache.match(SESSION);
    if (kept) return kept;
    throw error;
  }
  if (response.ok) await cache.put(SESSION, response.clone());
  if (response.status === 401) await cache.delete(SESSION);
  return response;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(startPage(request));
  else if (pathname === SESSION && request.cache !== 'no-store') event.respondWith(session(request));
  else if (isStatic(pathname)) event.respondWith(fromPhoneFirst(request));
});
