/** What somebody designs survives a reload, a crash and an expired session: it stands in the browser until it is saved. */

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

/** Answers whether the browser keeps it. */
export function keepDraft<Content>(name: string, draft: Draft<Content>): boolean {
  try {
    localStorage.setItem(KEY + name, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(KEY + name);
  } catch {
    // A browser that refuses storage has kept nothing.
  }
}
