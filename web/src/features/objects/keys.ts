/** Keys and the clipboard, while nobody types and no dialog is open. */
import { useEffect, useEffectEvent } from 'react';
import { keepClip, lastClip, readClip, type Clip } from './clipboard';

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Whether the keyboard stands among what is designed, or nowhere. */
function isOnBoard(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest('.designer-main') !== null);
}

function isBusy(): boolean {
  return document.querySelector('.ant-modal-wrap:not([style*="display: none"]), .ant-drawer-open') !== null;
}

interface DesignKeys {
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  save: () => void;
  duplicate: () => void;
  remove: () => void;
  /** What a copy takes; nothing when nothing is chosen. */
  copy: () => Clip | undefined;
  paste: (clip: Clip) => void;
}

export function useDesignKeys(keys: DesignKeys): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || isBusy()) return;
    const held = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const run = (action: (() => void) | undefined) => {
      event.preventDefault();
      action?.();
    };
    if (held && key === 's') run(keys.save);
    // A text field takes back what was typed in it by itself; its every letter is a step of ours as well.
    else if (held && key === 'z') run(event.shiftKey ? keys.redo : keys.undo);
    else if (held && key === 'y') run(keys.redo);
    else if (isTyping(event.target) || !isOnBoard(event.target)) return;
    else if (held && key === 'd') run(keys.duplicate);
    else if (!held && (key === 'delete' || key === 'backspace')) run(keys.remove);
  });
  const copy = useEffectEvent((event: ClipboardEvent) => {
    if (isTyping(event.target) || isBusy() || (document.getSelection()?.toString() ?? '') !== '') return;
    const clip = keys.copy();
    if (!clip) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', JSON.stringify(clip));
    keepClip(clip);
  });
  const paste = useEffectEvent((event: ClipboardEvent) => {
    if (isTyping(event.target) || isBusy()) return;
    const clip = readClip(event.clipboardData?.getData('text/plain')) ?? lastClip();
    if (!clip) return;
    event.preventDefault();
    keys.paste(clip);
  });
  useEffect(() => {
    window.addEventListener('keydown', press);
    document.addEventListener('copy', copy);
    document.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('keydown', press);
      document.removeEventListener('copy', copy);
      document.removeEventListener('paste', paste);
    };
  }, []);
}
