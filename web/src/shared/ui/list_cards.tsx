/** The rows of a list as cards, where a table has no room. */
import { Button, Checkbox } from 'antd';
import { labelText, useLocale, useMessages } from '../i18n';
import type { ListColumn } from './list_page';
import { rowName } from './list_tools';
import { common } from './messages';

interface ListCardsProps<T> {
  label: string;
  columns: readonly ListColumn<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  onOpen?: ((row: T) => void) | undefined;
  /** The keys of the chosen rows; without it nothing can be chosen. */
  selected?: readonly string[] | undefined;
  onSelect: (keys: string[]) => void;
}

export function ListCards<T extends object>({
  label,
  columns,
  rows,
  keyOf,
  onOpen,
  selected,
  onSelect,
}: ListCardsProps<T>) {
  const t = useMessages(common);
  const locale = useLocale();
  return (
    <ul className="card-list" aria-label={label}>
      {rows.map((row) => (
        <li key={keyOf(row)}>
          <div className="card-head">
            <div className="row grow">
              {selected && (
                <Checkbox
                  aria-label={t('selectRow', { name: rowName(row) })}
                  checked={selected.includes(keyOf(row))}
                  onChange={(event) =>
                    onSelect(
                      event.target.checked ? [...selected, keyOf(row)] : selected.filter((id) => id !== keyOf(row)),
                    )
                  }
                />
              )}
              <div className="card-title grow">{columns[0]?.render(row)}</div>
            </div>
            {onOpen && (
              <Button size="small" onClick={() => onOpen(row)}>
                {t('view')}
              </Button>
            )}
          </div>
          <dl className="facts">
            {columns.slice(1).map((column) =>
              column.wide ? null : (
                <div key={column.key} style={{ display: 'contents' }}>
                  <dt>{labelText(column.title, locale)}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ),
            )}
          </dl>
        </li>
      ))}
    </ul>
  );
}
