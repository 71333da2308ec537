/** What somebody designs survives a reload, a crash and an expired session: it stands in the browser until it is saved. */
import { useCallback, useEffect, useRef } from 'react';

export interface Draft<Content> {
  /** The version of what the server had when the work began. */
  version: number;
  /** What the server had then. */
  base: Content;
  content: Content;
  /** When it was last touched, in milliseconds. */
  at: number;
}

const KEY = 'aftersail.design.';

export function readDraft<Content>(name: string): Draft<Content> | undefined {
  try {
    const text = localStorage.getItem(KEY + name);
    return text === null ? undefined : (JSON.parse(text) as Draft<Content>);
  } catch {
    return undefined;
  }
}

function keepDraft<Content>(name: string, draft: Draft<Content>): void {
  try {
    localStorage.setItem(KEY + name, JSON.stringify(draft));
  } catch {
    // A browser that refuses storage keeps nothing; whoever leaves is asked all the same.
  }
}

function dropDraft(name: string): void {
  try {
    localStorage.removeItem(KEY + name);
  } catch {
    // A browser that refuses storage has kept nothing.
  }
}

/** Writing at every letter would make typing lag. */
const WRITE_AFTER_MS = 250;

/**
 * Keeps what differs from the server's; lets go of it once it is saved, or once the page was left on purpose. The answer
 * lets go of it at once: after somebody chose to leave, the page may stand for a while until the next one is there.
 */
export function useDraft<Content>(
  name: string,
  dirty: boolean,
  version: number,
  base: Content,
  content: Content,
): () => void {
  const left = useRef(false);
  useEffect(() => {
    left.current = false;
    if (!dirty) {
      dropDraft(name);
      return undefined;
    }
    const write = () => {
      if (!left.current) keepDraft(name, { version, base, content, at: Date.now() });
    };
    const timer = setTimeout(write, WRITE_AFTER_MS);
    window.addEventListener('pagehide', write);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('pagehide', write);
    };
  }, [name, dirty, version, base, content]);
  // Whoever leaves the page has been asked; a reload does not come by here.
  useEffect(() => () => dropDraft(name), [name]);
  return useCallback(() => {
    left.current = true;
    dropDraft(name);
  }, [name]);
}
