import { expect, it } from 'vitest';
import { chosenColumns } from './column_choice';

const columns = [{ key: 'number' }, { key: 'plate' }, { key: 'note', off: true }];
const keys = (choice: string[] | undefined) => chosenColumns(columns, choice).map((column) => column.key);

it('a list comes without the columns that are off', () => {
  expect(keys(undefined)).toEqual(['number', 'plate']);
});

it('chosen columns stand in the chosen order behind the first, which stays', () => {
  expect(keys(['note', 'plate'])).toEqual(['number', 'note', 'plate']);
  expect(keys([])).toEqual(['number']);
});

it('columns that are gone are left out', () => {
  expect(keys(['wheels', 'plate', 'number'])).toEqual(['number', 'plate']);
});
