/** Copying fields and sections, also from one object to another and from one window to another. */
import type { Field, FormSection } from '@/shared/form_types';

export type Clip = { aftersail: 'fields'; fields: Field[] } | { aftersail: 'sections'; sections: FormSection[] };

const KEY = 'aftersail.clipboard';

export function readClip(text: string | null | undefined): Clip | undefined {
  if (!text) return undefined;
  try {
    const clip = JSON.parse(text) as Partial<Clip> | null;
    if (clip?.aftersail === 'fields' && Array.isArray(clip.fields)) return clip as Clip;
    if (clip?.aftersail === 'sections' && Array.isArray(clip.sections)) return clip as Clip;
  } catch {
    // Any other text on the clipboard is none of ours.
  }
  return undefined;
}

/** What was copied last, in whatever window. */
export function lastClip(): Clip | undefined {
  try {
    return readClip(localStorage.getItem(KEY));
  } catch {
    return undefined;
  }
}

/**
 * Puts a copy away. The system's clipboard needs a secure connection, which private installs often lack; the browser's own
 * storage reaches every window of the same address.
 */
export function keepClip(clip: Clip): void {
  const text = JSON.stringify(clip);
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // Then only the system's clipboard has it.
  }
  // The property is missing on plain HTTP, whatever its type says.
  const system = navigator.clipboard as Clipboard | undefined;
  void system?.writeText(text).catch(() => undefined);
}
