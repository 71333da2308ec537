import 'fake-indexeddb/auto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '@/shared/api/problem';
import type { Visit } from '../types';
import type { CommandOutcome, NewCommand, WireCommand } from './commands';
import { backoffSeconds, Round, type Transport } from './flush';
import { CommandStore, openFieldDb, type FieldDb } from './store';

const ME = '0190a000-0000-7000-8000-000000000001';
const VISIT = '0190a000-0000-7000-8000-0000000000aa';

const offline = () => new ApiError(0, { code: 'network' });
const note = (text: string): NewCommand => ({
  visit_id: VISIT,
  visit_number: 'V-2026-000001',
  kind: 'note',
  based_on_version: 3,
  payload: { text },
});
const photo = (name = 'a.jpg'): NewCommand => ({
  ...note(''),
  kind: 'photo',
  payload: { kind: 'after' },
  picture: { bytes: new Uint8Array([1, 2, 3]).buffer, type: 'image/jpeg', name },
});

/** A server that behaves like the real one: every command counts once, a delivery may fail or lose its answer. */
class TestServer implements Transport {
  readonly applied: WireCommand[] = [];
  readonly deliveries: string[][] = [];
  readonly uploads: string[] = [];
  /** Thrown before anything happens. */
  fail: (() => Error | undefined) | undefined;
  failUpload: ((name: string) => Error | undefined) | undefined;
  /** The server takes the delivery in, but its answer is lost. */
  loseAnswer = false;
  answer: ((command: WireCommand) => Partial<CommandOutcome> | undefined) | undefined;

  upload: Transport['upload'] = (key, picture) => {
    const failure = this.failUpload?.(picture.name);
    if (failure) return Promise.reject(failure);
    this.uploads.push(key);
    return Promise.resolve({ id: `file-${this.uploads.length}` });
  };

  deliver: Transport['deliver'] = ({ sent_at, commands }) => {
    this.deliveries.push(commands.map((command) => command.client_id));
    const failure = this.fail?.();
    if (failure) return Promise.reject(failure);
    const results = commands.map((command): CommandOutcome => {
      const special = this.answer?.(command);
      if (special) return { client_id: command.client_id, outcome: 'rejected', ...special };
      if (this.applied.some((known) => known.client_id === command.client_id)) {
        return { client_id: command.client_id, outcome: 'duplicate', first_outcome: 'applied', version: 4 };
      }
      this.applied.push(command);
      return { client_id: command.client_id, outcome: 'applied', version: 4 };
    });
    if (this.loseAnswer) return Promise.reject(offline());
    return Promise.resolve({ server_time: sent_at, results });
  };
}

let db: FieldDb;
let store: CommandStore;
let remote: TestServer;
let count = 0;
const round = () => new Round(store, remote, ME).run();
const states = async () => (await store.of(ME)).map((command) => command.state);

beforeEach(async () => {
  count += 1;
  db = await openFieldDb(`queue-${count}`);
  store = new CommandStore(db);
  remote = new TestServer();
});

describe('the queue of a phone', () => {
  it('sends commands in the order they were made', async () => {
    for (const text of ['一', '二', '三']) await store.add(ME, note(text));
    expect(await round()).toBe('done');
    expect(remote.applied.map((command) => command.payload['text'])).toEqual(['一', '二', '三']);
    expect(remote.applied[0]?.based_on_version).toBe(3);
    expect(await states()).toEqual(['sent', 'sent', 'sent']);
  });

  it('keeps the order over more commands than fit into one delivery', async () => {
    for (let n = 0; n < 45; n += 1) await store.add(ME, note(String(n)));
    expect(await round()).toBe('done');
    expect(remote.deliveries.length).toBe(3);
    expect(remote.applied.map((command) => command.payload['text'])).toEqual([...Array(45).keys()].map(String));
  });

  it('keeps everything when there is no network, and sends it later with the same ids', async () => {
    await store.add(ME, note('a'));
    await store.add(ME, note('b'));
    remote.fail = offline;
    expect(await round()).toBe('offline');
    expect(await states()).toEqual(['waiting', 'waiting']);
    remote.fail = undefined;
    expect(await round()).toBe('done');
    expect(remote.deliveries[1]).toEqual(remote.deliveries[0]);
    expect(await states()).toEqual(['sent', 'sent']);
  });

  it('counts once what the server took although its answer was lost', async () => {
    await store.add(ME, note('a'));
    remote.loseAnswer = true;
    expect(await round()).toBe('offline');
    expect(await states()).toEqual(['waiting']);
    remote.loseAnswer = false;
    expect(await round()).toBe('done');
    expect(remote.applied).toHaveLength(1);
    expect(remote.deliveries).toHaveLength(2);
    expect(await states()).toEqual(['sent']);
  });

  it('survives a reload between making and sending', async () => {
    await store.add(ME, photo());
    db.close();
    db = await openFieldDb(`queue-${count}`);
    store = new CommandStore(db);
    expect(await round()).toBe('done');
    expect(remote.applied[0]?.payload['file_id']).toBe('file-1');
  });

  it('uploads the picture before its command', async () => {
    await store.add(ME, photo());
    await round();
    expect(remote.uploads).toHaveLength(1);
    expect(remote.applied[0]?.payload).toEqual({ kind: 'after', file_id: 'file-1' });
  });

  it('does not upload again after a crash between the upload and the command', async () => {
    await store.add(ME, photo());
    remote.fail = offline;
    await round();
    // The page is gone; what is left is what the database holds.
    db.close();
    db = await openFieldDb(`queue-${count}`);
    store = new CommandStore(db);
    remote.fail = undefined;
    expect(await round()).toBe('done');
    expect(remote.uploads).toHaveLength(1);
    expect(remote.applied[0]?.payload['file_id']).toBe('file-1');
  });

  it('uses the same key when it can’t know whether the upload arrived', async () => {
    const command = await store.add(ME, photo());
    remote.failUpload = offline;
    expect(await round()).toBe('offline');
    remote.failUpload = undefined;
    await round();
    expect(remote.uploads).toEqual([`${command.client_id}-0`]);
  });

  it('keeps a picture as long as its command is not taken', async () => {
    const command = await store.add(ME, photo());
    remote.fail = offline;
    await round();
    expect((await store.picture(command.blob_id ?? ''))?.bytes.byteLength).toBe(3);
  });

  it('lets the rest of the day go out when the server can’t take one picture', async () => {
    await store.add(ME, photo('broken.jpg'));
    await store.add(ME, note('later'));
    remote.failUpload = (name) => (name === 'broken.jpg' ? new ApiError(503, {}) : undefined);
    expect(await round()).toBe('failed');
    expect(await states()).toEqual(['waiting', 'sent']);
    remote.failUpload = undefined;
    expect(await round()).toBe('done');
    expect(await states()).toEqual(['sent', 'sent']);
  });

  it('asks a person when the server will never take a picture', async () => {
    await store.add(ME, photo());
    remote.failUpload = () => new ApiError(415, { code: 'unsupported_media', detail: 'not a picture' });
    expect(await round()).toBe('done');
    const [command] = await store.of(ME);
    expect(command?.state).toBe('rejected');
    expect(command?.problem).toEqual({ code: 'unsupported_media', detail: 'not a picture' });
    expect(remote.deliveries).toHaveLength(0);
  });

  it('uploads again when the server has lost the file, and gives up after three times', async () => {
    await store.add(ME, photo());
    remote.answer = () => ({ problem: { code: 'unknown_file', detail: '' } });
    expect(await round()).toBe('failed');
    expect(await round()).toBe('failed');
    expect(await states()).toEqual(['waiting']);
    expect(await round()).toBe('done');
    expect(await states()).toEqual(['rejected']);
    expect(new Set(remote.uploads).size).toBe(3);
  });

  it('keeps both sides of a conflict', async () => {
    await store.add(ME, { ...note(''), kind: 'check_in', payload: {} });
    const theirs = { id: VISIT, status: 'cancelled', version: 9 } as Visit;
    remote.answer = () => ({
      outcome: 'conflict',
      conflict_id: 'c-1',
      version: 9,
      visit: theirs,
      problem: { code: 'visit_cancelled', detail: 'cancelled meanwhile' },
    });
    expect(await round()).toBe('done');
    const [command] = await store.of(ME);
    expect(command).toMatchObject({ state: 'conflict', conflict_id: 'c-1', theirs, kind: 'check_in' });
  });

  it('knows a conflict again when it is delivered twice', async () => {
    await store.add(ME, note('a'));
    remote.answer = () => ({ outcome: 'duplicate', first_outcome: 'conflict', conflict_id: 'c-1' });
    await round();
    expect((await store.of(ME))[0]).toMatchObject({ state: 'conflict', conflict_id: 'c-1' });
  });

  it('says why a command was rejected, and goes on with the next', async () => {
    await store.add(ME, { ...note(''), kind: 'part_use', payload: { part_id: 'x', quantity: 1 } });
    await store.add(ME, note('fine'));
    remote.answer = (command) =>
      command.kind === 'part_use' ? { problem: { code: 'unknown_part', detail: 'no such part' } } : undefined;
    expect(await round()).toBe('done');
    expect(await states()).toEqual(['rejected', 'sent']);
    expect((await store.of(ME))[0]?.problem?.code).toBe('unknown_part');
  });

  it('finds the one command for which the server refuses a whole delivery', async () => {
    for (const text of ['a', 'bad', 'c']) await store.add(ME, note(text));
    const plain = remote.deliver;
    remote.deliver = (batch) =>
      batch.commands.some((command) => command.payload['text'] === 'bad')
        ? Promise.reject(new ApiError(422, { code: 'invalid', detail: 'bad text' }))
        : plain(batch);
    expect(await round()).toBe('done');
    expect(await states()).toEqual(['sent', 'rejected', 'sent']);
    expect(remote.applied.map((command) => command.payload['text'])).toEqual(['a', 'c']);
  });

  it('waits for a sign-in, with nothing lost', async () => {
    await store.add(ME, note('a'));
    remote.fail = () => new ApiError(401, { code: 'unauthenticated' });
    expect(await round()).toBe('signed_out');
    expect(await states()).toEqual(['waiting']);
  });

  it('never sends in another person’s name', async () => {
    await store.add('somebody-else', note('theirs'));
    await store.add(ME, note('mine'));
    await round();
    expect(remote.applied.map((command) => command.payload['text'])).toEqual(['mine']);
    expect(await store.waitingOfOthers(ME)).toBe(1);
  });

  const picture = (byte: number) => ({ bytes: new Uint8Array([byte]).buffer, type: 'image/png', name: `${byte}.png` });
  const filled = (ids: string[]): NewCommand => ({
    ...note(''),
    kind: 'fields',
    payload: { of: 'ticket', values: { sign: ids[0], rows: [{ photos: ids }], text: 'as it is' } },
    kept: ids,
  });

  it('sends the files of a form first, and the form with the ids they have on the server', async () => {
    const kept = await Promise.all([1, 2].map((byte) => store.keep(picture(byte))));
    await store.add(ME, filled(kept.map((one) => one.id)));
    expect(await round()).toBe('done');
    expect(remote.uploads).toHaveLength(2);
    expect(remote.applied[0]?.payload['values']).toEqual({
      sign: 'file-1',
      rows: [{ photos: ['file-1', 'file-2'] }],
      text: 'as it is',
    });
    expect(await db.count('pictures')).toBe(0);
  });

  it('goes on with the files of a form where it was broken off', async () => {
    const kept = await Promise.all([1, 2].map((byte) => store.keep(picture(byte))));
    await store.add(ME, filled(kept.map((one) => one.id)));
    remote.failUpload = (name) => (name === '2.png' ? offline() : undefined);
    expect(await round()).toBe('offline');
    expect(await states()).toEqual(['waiting']);
    remote.failUpload = undefined;
    expect(await round()).toBe('done');
    expect(remote.uploads).toHaveLength(2);
    expect(remote.applied).toHaveLength(1);
  });

  it('forgets files of forms that were never saved, and keeps those of forms that wait', async () => {
    const long = new Date(0);
    await store.keep(picture(1), long);
    const waits = await store.keep(picture(2), long);
    await store.add(ME, filled([waits.id]));
    await store.tidy();
    expect((await db.getAll('pictures')).map((one) => one.name)).toEqual(['2.png']);
  });

  it('forgets what was sent long ago, and nothing else', async () => {
    await store.add(ME, photo());
    await round();
    await store.add(ME, note('still waiting'), new Date(0));
    await store.tidy(new Date(Date.now() + 4 * 86_400_000));
    expect(await states()).toEqual(['waiting']);
    expect(await db.count('pictures')).toBe(0);
  });
});

describe('waiting between tries', () => {
  it('doubles from two seconds up to five minutes', () => {
    const plain = [1, 2, 3, 8, 9, 50].map((failures) => backoffSeconds(failures, () => 0.5));
    expect(plain).toEqual([2, 4, 8, 256, 300, 300]);
  });

  it('is spread, so that a company’s phones don’t all come back at once', () => {
    expect(backoffSeconds(9, () => 0)).toBeCloseTo(270);
    expect(backoffSeconds(9, () => 1)).toBeCloseTo(330);
  });
});
