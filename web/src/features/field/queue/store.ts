/** Everything the phone keeps: commands, their pictures, and the last known day. Survives reloads and crashes. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Id } from '@/shared/api/types';
import { newId, type Command, type NewCommand, type StoredPicture } from './commands';

interface FieldSchema extends DBSchema {
  commands: { key: number; value: Command; indexes: { client_id: string; owner: string } };
  pictures: { key: string; value: StoredPicture };
  snapshots: { key: string; value: { key: string; saved_at: string; value: unknown } };
}

export type FieldDb = IDBPDatabase<FieldSchema>;

export function openFieldDb(name = 'aftersail-field'): Promise<FieldDb> {
  return openDB<FieldSchema>(name, 1, {
    upgrade(db) {
      const commands = db.createObjectStore('commands', { keyPath: 'seq', autoIncrement: true });
      commands.createIndex('client_id', 'client_id', { unique: true });
      commands.createIndex('owner', 'owner');
      db.createObjectStore('pictures', { keyPath: 'id' });
      db.createObjectStore('snapshots', { keyPath: 'key' });
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase | null)?.close();
    },
  });
}

/** How long the phone remembers what the server has taken, so that the engineer can look it up. */
const REMEMBER_SENT_MS = 3 * 86_400_000;

export class CommandStore {
  constructor(private readonly db: FieldDb) {}

  /** Keeps a command and its picture in one transaction: either both survive a crash or neither was accepted. */
  async add(owner: Id, input: NewCommand, now: Date = new Date()): Promise<Command> {
    const tx = this.db.transaction(['commands', 'pictures'], 'readwrite', { durability: 'strict' });
    const command: Omit<Command, 'seq'> = {
      client_id: newId(),
      owner,
      visit_id: input.visit_id,
      visit_number: input.visit_number,
      kind: input.kind,
      device_time: now.toISOString(),
      based_on_version: input.based_on_version,
      payload: input.payload ?? {},
      shown: input.shown ?? {},
      state: 'waiting',
      attempts: 0,
    };
    if (input.kept && input.kept.length > 0) command.kept = input.kept;
    if (input.picture) {
      command.blob_id = newId();
      await tx.objectStore('pictures').put({ id: command.blob_id, ...input.picture });
    }
    const seq = await tx.objectStore('commands').add(command as Command);
    await tx.done;
    return { ...command, seq };
  }

  /** All commands of a person, in the order they were made. */
  async of(owner: Id): Promise<Command[]> {
    const commands = await this.db.getAllFromIndex('commands', 'owner', owner);
    return commands.toSorted((a, b) => a.seq - b.seq);
  }

  /** How many commands of other people wait on this phone. */
  async waitingOfOthers(owner: Id): Promise<number> {
    const all = await this.db.getAll('commands');
    return all.filter((command) => command.owner !== owner && command.state === 'waiting').length;
  }

  /** Changes one command; one that has been removed meanwhile stays removed. */
  async change(seq: number, change: Partial<Command>): Promise<void> {
    const tx = this.db.transaction('commands', 'readwrite', { durability: 'strict' });
    const known = await tx.store.get(seq);
    if (known) await tx.store.put({ ...known, ...change });
    await tx.done;
  }

  async picture(id: Id): Promise<StoredPicture | undefined> {
    return this.db.get('pictures', id);
  }

  /** Keeps a file of a form that is still being filled in. */
  async keep(picture: Omit<StoredPicture, 'id'>, now: Date = new Date()): Promise<StoredPicture> {
    const kept = { id: newId(), ...picture, kept_at: now.toISOString() };
    const tx = this.db.transaction('pictures', 'readwrite', { durability: 'strict' });
    await tx.store.put(kept);
    await tx.done;
    return kept;
  }

  async dropPicture(id: Id): Promise<void> {
    await this.db.delete('pictures', id);
  }

  async remove(command: Command): Promise<void> {
    const tx = this.db.transaction(['commands', 'pictures'], 'readwrite');
    await tx.objectStore('commands').delete(command.seq);
    const pictures = [...(command.kept ?? []), ...(command.blob_id ? [command.blob_id] : [])];
    await Promise.all(pictures.map((id) => tx.objectStore('pictures').delete(id)));
    await tx.done;
  }

  /** Forgets what the server took long ago. What waits, conflicts or was rejected stays until somebody decides. */
  async tidy(now: Date = new Date()): Promise<void> {
    for (const command of await this.db.getAll('commands')) {
      const settled = ['sent', 'discarded', 'decided'].includes(command.state);
      const at = Date.parse(command.answered_at ?? command.device_time);
      // One after another: a phone has few, and a crash in between loses nothing.
      // oxlint-disable-next-line no-await-in-loop
      if (settled && now.getTime() - at > REMEMBER_SENT_MS) await this.remove(command);
    }
    // Files of forms that were never saved.
    const held = new Set((await this.db.getAll('commands')).flatMap((command) => command.kept ?? []));
    for (const picture of await this.db.getAll('pictures')) {
      const since = picture.kept_at === undefined ? Infinity : Date.parse(picture.kept_at);
      // oxlint-disable-next-line no-await-in-loop
      if (!held.has(picture.id) && now.getTime() - since > REMEMBER_SENT_MS) await this.dropPicture(picture.id);
    }
  }

  async saveSnapshot(key: string, value: unknown, now: Date = new Date()): Promise<void> {
    await this.db.put('snapshots', { key, saved_at: now.toISOString(), value });
  }

  async snapshot<T>(key: string): Promise<{ saved_at: string; value: T } | undefined> {
    const found = await this.db.get('snapshots', key);
    return found ? { saved_at: found.saved_at, value: found.value as T } : undefined;
  }

  async dropSnapshot(key: string): Promise<void> {
    await this.db.delete('snapshots', key);
  }
}
