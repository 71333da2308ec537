/** The service worker of these pages: registered once, told what the page had loaded before it was there. */

export type OfflineState = 'ready' | 'preparing' | 'impossible';

export function offlineState(): OfflineState {
  if (!('serviceWorker' in navigator)) return 'impossible';
  return navigator.serviceWorker.controller ? 'ready' : 'preparing';
}

function loadedPaths(): string[] {
  const paths = performance
    .getEntriesByType('resource')
    .map((entry) => new URL(entry.name, location.href))
    .filter((address) => address.origin === location.origin)
    .map((address) => address.pathname);
  return [...new Set([...paths, '/api/v1/session'])];
}

/** Makes the pages open without network. Needs HTTPS (or localhost); elsewhere it does nothing. */
export async function prepareOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  try {
    await navigator.serviceWorker.register('/field-sw.js', { scope: '/field' });
    const { active } = await navigator.serviceWorker.ready;
    // A worker has no origin to name; the rule is about windows.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    active?.postMessage({ type: 'keep', paths: loadedPaths() });
    // Asks the browser not to throw the day's work away when the phone runs short of space.
    await navigator.storage?.persist?.();
  } catch {
    // Without it everything works but a reload without network; the page `me` says so.
  }
}

export async function forgetOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration('/field');
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  registration?.active?.postMessage({ type: 'forget' });
}
