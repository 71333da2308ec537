import { expect, it } from 'vitest';
import { choiceOf, chosenColumns, readEntry } from './column_choice';

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

it('a choice says how wide columns are, the first among them', () => {
  const chosen = chosenColumns(columns, ['number:90', 'note:240', 'plate']);
  expect(chosen).toEqual([
    { key: 'number', width: 90, sized: true },
    { key: 'note', off: true, width: 240, sized: true },
    { key: 'plate' },
  ]);
  expect(choiceOf(chosen)).toEqual(['number:90', 'note:240', 'plate']);
  expect(choiceOf(chosenColumns(columns, undefined))).toEqual(['plate']);
});

it('widths stay within what a view takes', () => {
  expect(readEntry('note:3')).toEqual({ key: 'note', width: 40 });
  expect(readEntry('note:99999')).toEqual({ key: 'note', width: 2000 });
  expect(readEntry('note:wide')).toEqual({ key: 'note:wide' });
});
