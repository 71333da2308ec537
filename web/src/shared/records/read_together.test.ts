import { beforeEach, expect, it, vi } from 'vitest';
import { api } from '../api/api';
import { ApiError } from '../api/problem';
import { readTogether } from './read_together';

let asked: string[];

beforeEach(() => {
  asked = [];
});

function serve(answer: (path: string, ids: string[] | undefined) => unknown): void {
  vi.spyOn(api, 'get').mockImplementation(async (path: string, query?: { filter?: unknown }) => {
    const ids = query?.filter ? (JSON.parse(String(query.filter)) as { value: string[] }).value : undefined;
    asked.push(ids ? `${path}?${ids.join(',')}` : path);
    return answer(path, ids) as never;
  });
}

it('what is asked for at once is read at once, and what the list leaves out by its own address', async () => {
  serve((path, ids) =>
    ids
      ? { items: ids.filter((id) => id !== 'old').map((id) => ({ id, name: `list ${id}` })) }
      : { id: 'old', name: path },
  );
  const rows = await Promise.all(['a', 'b', 'old', 'a'].map((id) => readTogether('customer', id)));
  expect(rows.map((row) => row['name'])).toEqual(['list a', 'list b', '/api/v1/customers/old', 'list a']);
  expect(asked).toEqual(['/api/v1/customers?a,b,old', '/api/v1/customers/old']);
});

it('one record alone is read by its own address', async () => {
  serve(() => ({ device: { id: 'd', serial_number: 'SN-1' } }));
  expect(await readTogether('device', 'd')).toEqual({ id: 'd', serial_number: 'SN-1' });
  expect(asked).toEqual(['/api/v1/devices/d']);
});

it('a list that knows no ids is asked for them once', async () => {
  serve((path, ids) => {
    if (ids) throw new ApiError(400, { code: 'invalid_filter' });
    return { id: path.slice(-1) };
  });
  const both = () => Promise.all([readTogether('product', 'x'), readTogether('product', 'y')]);
  expect(await both()).toEqual([{ id: 'x' }, { id: 'y' }]);
  await both();
  expect(asked.filter((path) => path.includes('?'))).toEqual(['/api/v1/products?x,y']);
});

it('a failure reaches everybody who waits', async () => {
  serve(() => {
    throw new ApiError(503, { code: 'unavailable' });
  });
  const results = await Promise.allSettled([readTogether('part', 'x'), readTogether('part', 'y')]);
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
});
