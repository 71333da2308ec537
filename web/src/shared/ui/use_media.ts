import { useSyncExternalStore } from 'react';

/** A hook that says whether this media query holds, and follows it. */
function media(text: string): () => boolean {
  const query = typeof matchMedia === 'undefined' ? undefined : matchMedia(text);
  const subscribe = (listener: () => void) => {
    query?.addEventListener('change', listener);
    return () => query?.removeEventListener('change', listener);
  };
  return () => useSyncExternalStore(subscribe, () => query?.matches ?? false);
}

/** Whether the screen is a phone's. */
export const useIsPhone = media('(max-width: 767px)');

/** Whether the person points with a finger, and so has nothing to drag from elsewhere. */
export const useIsTouch = media('(hover: none) and (pointer: coarse)');

/** Whether the person asked their system to move as little as possible. */
export const useReducedMotion = media('(prefers-reduced-motion: reduce)');
