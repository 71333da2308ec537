/** One engine per person and page, kept across the pages of the field face. */
import type { Id } from '@/shared/api/types';
import { CommandStore, openFieldDb } from './queue/store';
import { FieldSync } from './queue/sync';

let current: { owner: Id; engine: Promise<FieldSync> } | undefined;

export function engineOf(owner: Id): Promise<FieldSync> {
  if (current?.owner === owner) return current.engine;
  void current?.engine.then((engine) => engine.stop());
  const engine = openFieldDb().then((db) => {
    const made = new FieldSync(new CommandStore(db), owner);
    void made.start();
    return made;
  });
  current = { owner, engine };
  // A browser that refuses its database once may allow it after a reload; the failure itself is shown.
  engine.catch(() => {
    current = undefined;
  });
  return engine;
}
