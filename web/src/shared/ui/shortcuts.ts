import { useEffect, useEffectEvent } from 'react';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/**
 * Does something on one key while nobody types, no dialog is open and no modifier is held. An action that answers
 * false leaves the key to others. What everything shares stands `last`: the page's own meaning of a key comes first,
 * whichever of both was mounted earlier.
 */
export function useShortcut(key: string, action: () => void | false, order: 'first' | 'last' = 'first'): void {
  const run = useEffectEvent(action);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (
        isTyping(event.target) ||
        document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open')
      )
        return;
      if (run() !== false) event.preventDefault();
    };
    // A key reaches the document before the window.
    const target = order === 'first' ? document : window;
    target.addEventListener('keydown', listen as EventListener);
    return () => target.removeEventListener('keydown', listen as EventListener);
  }, [key, order]);
}
