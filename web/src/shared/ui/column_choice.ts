/** Which columns of a list somebody chose, in their order, kept in the browser. */
import { useState } from 'react';

/** The keys of the chosen columns; undefined while nobody chose, which leaves the list as it comes. */
export type ColumnChoice = readonly string[] | undefined;

interface Choosable {
  key: string;
  off?: boolean;
}

/** The columns to show. The first column leads to the record and always stays; what is no column any more is left out. */
export function chosenColumns<C extends Choosable>(columns: readonly C[], choice: ColumnChoice): readonly C[] {
  if (choice === undefined) return columns.filter((column) => column.off !== true);
  const [first] = columns;
  const chosen = choice.flatMap((key) => columns.filter((column) => column.key === key && column !== first));
  return first ? [first, ...chosen] : chosen;
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
