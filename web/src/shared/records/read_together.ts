/** Records that a page points to, read with one request for each kind instead of one for each record. */
import { api } from '../api/api';
import { ApiError } from '../api/problem';
import type { Page } from '../api/types';
import { relationOf, type AnyRecord, type Relation, type RelationName } from './relations';

/** The longest page of a list. */
const MOST = 200;

interface Waiting {
  promise: Promise<AnyRecord>;
  resolve: (row: AnyRecord) => void;
  reject: (error: unknown) => void;
}

const waiting = new Map<RelationName, Map<string, Waiting>>();
/** Lists that can't be narrowed to some ids; their records are read one by one. */
const oneByOne = new Set<RelationName>();

async function readOne(relation: Relation, id: string): Promise<AnyRecord> {
  const answer = await api.get<Record<string, unknown>>(`${relation.path}/${encodeURIComponent(id)}`);
  const inner = relation.unwrap === undefined ? undefined : answer[relation.unwrap];
  return (inner ?? answer) as AnyRecord;
}

async function readSome(of: RelationName, ids: readonly string[]): Promise<Map<string, AnyRecord>> {
  if (ids.length < 2 || oneByOne.has(of)) return new Map();
  const filter = JSON.stringify({ field: 'id', op: 'in', value: ids });
  try {
    const answer = await api.get<Page<AnyRecord> | AnyRecord[]>(relationOf(of).path, { filter, limit: MOST });
    const rows = Array.isArray(answer) ? answer : answer.items;
    return new Map(rows.map((row) => [row.id, row]));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error;
    oneByOne.add(of);
    return new Map();
  }
}

async function settle(of: RelationName, batch: Map<string, Waiting>): Promise<void> {
  const ids = [...batch.keys()];
  for (let at = 0; at < ids.length; at += MOST) {
    const some = ids.slice(at, at + MOST);
    try {
      const found = await readSome(of, some);
      for (const id of some) {
        const row = found.get(id);
        // Lists leave archived records out; those answer only by their own address.
        if (row) batch.get(id)?.resolve(row);
        else readOne(relationOf(of), id).then(batch.get(id)?.resolve, batch.get(id)?.reject);
      }
    } catch (error) {
      for (const id of some) batch.get(id)?.reject(error);
    }
  }
}

/** The record, read together with all others of its kind that are asked for at the same time. */
export function readTogether(of: RelationName, id: string): Promise<AnyRecord> {
  let batch = waiting.get(of);
  if (!batch) {
    const fresh = new Map<string, Waiting>();
    batch = fresh;
    waiting.set(of, fresh);
    // The rows of a table ask while they are drawn; a macrotask later all of them have.
    setTimeout(() => {
      waiting.delete(of);
      void settle(of, fresh);
    });
  }
  const known = batch.get(id);
  if (known) return known.promise;
  let resolve: Waiting['resolve'] = () => undefined;
  let reject: Waiting['reject'] = () => undefined;
  const promise = new Promise<AnyRecord>((onRow, onError) => {
    resolve = onRow;
    reject = onError;
  });
  batch.set(id, { promise, resolve, reject });
  return promise;
}
