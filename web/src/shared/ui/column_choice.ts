/** Which columns of a list somebody chose, in their order and with their widths, kept in the browser. */
import { useState } from 'react';

/**
 * The chosen columns, each as its key, or as `key:240` where somebody set its width; undefined while nobody chose, which
 * leaves the list as it comes.
 */
export type ColumnChoice = readonly string[] | undefined;

interface Choosable {
  key: string;
  off?: boolean;
  width?: number;
  /** Its width was set by somebody. */
  sized?: boolean;
}

/** The widths that saved views take, in pixels. */
export const NARROWEST = 40;
export const WIDEST = 2000;

export const fitting = (width: number): number => Math.min(Math.max(Math.round(width), NARROWEST), WIDEST);

/** One entry of a choice. */
export function readEntry(entry: string): { key: string; width?: number } {
  const [, key, width] = /^(.+):(\d+)$/.exec(entry) ?? [];
  return key === undefined ? { key: entry } : { key, width: fitting(Number(width)) };
}

export function entryOf({ key, width }: { key: string; width?: number | undefined }): string {
  return width === undefined ? key : `${key}:${width}`;
}

/** The choice that leads to these columns; the first, which always stays, is named only to say how wide it is. */
export function choiceOf(shown: readonly Choosable[]): string[] {
  return shown
    .filter((column, at) => at > 0 || column.sized === true)
    .map(({ key, width, sized }) => entryOf({ key, width: sized ? width : undefined }));
}

/** The columns to show. The first column leads to the record and always stays; what is no column any more is left out. */
export function chosenColumns<C extends Choosable>(columns: readonly C[], choice: ColumnChoice): readonly C[] {
  if (choice === undefined) return columns.filter((column) => column.off !== true);
  const chosen = choice
    .map(readEntry)
    .flatMap(({ key, width }) =>
      columns
        .filter((column) => column.key === key)
        .map((column): C => (width === undefined ? column : { ...column, width, sized: true })),
    );
  const isFirst = (column: C) => column.key === columns[0]?.key;
  return [
    ...(chosen.some(isFirst) ? chosen.filter(isFirst) : columns.slice(0, 1)),
    ...chosen.filter((one) => !isFirst(one)),
  ];
}

const place = (list: string) => `aftersail.columns.${list}`;

function read(list: string | undefined): ColumnChoice {
  if (list === undefined) return undefined;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(list)) ?? 'null');
    return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === 'string') : undefined;
  } catch {
    return undefined;
  }
}

export function useColumnChoice(list: string | undefined): [ColumnChoice, (choice: ColumnChoice) => void] {
  const [state, setState] = useState(() => ({ list, choice: read(list) }));
  if (state.list !== list) setState({ list, choice: read(list) });
  const set = (choice: ColumnChoice) => {
    setState({ list, choice });
    if (list === undefined) return;
    try {
      if (choice === undefined) localStorage.removeItem(place(list));
      else localStorage.setItem(place(list), JSON.stringify(choice));
    } catch {
      // Without storage the choice lasts until the page is left.
    }
  };
  return [state.list === list ? state.choice : read(list), set];
}
