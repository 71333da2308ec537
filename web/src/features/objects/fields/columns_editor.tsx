/** The columns of a sub-table, each with its own properties at the side. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Drawer, Dropdown } from 'antd';
import { lazy, Suspense, useContext, useId, useState } from 'react';
import type { Field, FieldKind } from '@/shared/form_types';
import { KIND_NAMES } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { moveEntry } from '../design';
import { DragArea, SortArea, useSortRow } from '../drag';
import { freeId } from '../suggest';
import { COLUMN_KINDS, KINDS } from './kinds';
import { words } from './messages';
import { DefectsContext, useDefectsAt, Wrong } from './prop';
import { useScope } from './scope';

// A column's properties are a field's, so that each of the two files needs the other.
const FieldPanel = lazy(() => import('./field_panel'));

type Table = Extract<FieldKind, { type: 'sub_table' }>;

function ColumnRow({
  column,
  place,
  onOpen,
  onRemove,
}: {
  column: Field;
  place: number;
  onOpen: () => void;
  onRemove: () => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const at = `/kind/fields/${place}`;
  const wrong = useDefectsAt(at);
  const name = labelText(column.label, locale) || column.label.zh || t('unnamed');
  const { ref, style, handle } = useSortRow(column.id, name);
  return (
    <li ref={ref} style={style} className="option-row" data-at={at}>
      <div className="option-line">
        {handle}
        <Button
          size="small"
          type="text"
          className="grow column-name"
          aria-label={t('editColumn', { name })}
          onClick={onOpen}
        >
          <span aria-hidden="true">{KINDS[column.kind.type].icon}</span> {name}
        </Button>
        <Button
          size="small"
          type="text"
          icon={<DeleteOutlined />}
          aria-label={t('removeColumn', { name })}
          onClick={onRemove}
        />
      </div>
      <Wrong texts={wrong} />
    </li>
  );
}

export function ColumnsEditor({
  kind,
  stored,
  onChange,
}: {
  kind: Table;
  stored: Field | undefined;
  onChange: (kind: FieldKind, place?: string) => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const labelId = useId();
  const { currency } = useScope();
  const all = useContext(DefectsContext);
  const wrong = useDefectsAt('/kind/fields', true);
  const [open, setOpen] = useState<number>();
  const columns = kind.fields;
  const set = (fields: Field[], place?: string) => onChange({ ...kind, fields }, place);
  const column = open === undefined ? undefined : columns[open];
  const storedColumns = stored?.kind.type === 'sub_table' ? stored.kind.fields : [];
  const inside = `/kind/fields/${open ?? ''}`;
  return (
    <div className="prop" data-at="/kind/fields">
      <div className="prop-label" id={labelId}>
        {t('columns')}
      </div>
      <DragArea
        nameOf={(id) => {
          const found = columns.find((one) => one.id === id);
          return found ? labelText(found.label, locale) : '';
        }}
        onDrop={(what, where) => {
          const place = (id: string) => columns.findIndex((one) => one.id === id);
          set(moveEntry(columns, place(what), place(where)));
        }}
      >
        <SortArea ids={columns.map((one) => one.id)}>
          <ul className="option-list" aria-labelledby={labelId}>
            {columns.map((one, index) => (
              <ColumnRow
                key={one.id}
                column={one}
                place={index}
                onOpen={() => setOpen(index)}
                onRemove={() => set(columns.filter((_, at) => at !== index))}
              />
            ))}
          </ul>
        </SortArea>
      </DragArea>
      <Wrong texts={wrong} />
      <Dropdown
        trigger={['click']}
        menu={{
          style: { maxHeight: 320, overflowY: 'auto' },
          items: COLUMN_KINDS.map((name) => ({
            key: name,
            icon: KINDS[name].icon,
            label: labelText(KIND_NAMES[name], locale),
          })),
          onClick: ({ key }) => {
            const name = key as KindName;
            const id = freeId(
              `column_${columns.length + 1}`,
              columns.map((one) => one.id),
            );
            const label = labelText(KIND_NAMES[name], locale);
            const named = locale === 'en' ? { zh: '', en: label } : { zh: label, en: '' };
            set([...columns, { id, kind: KINDS[name].make(currency), label: named }]);
            setOpen(columns.length);
          },
        }}
      >
        <Button size="small" icon={<PlusOutlined />}>
          {t('addColumn')}
        </Button>
      </Dropdown>
      <Drawer
        open={column !== undefined}
        size={420}
        styles={{ wrapper: { maxWidth: '100vw' } }}
        title={t('columnTitle', { name: column ? labelText(column.label, locale) || t('unnamed') : '' })}
        onClose={() => setOpen(undefined)}
        destroyOnHidden
      >
        {column && (
          <DefectsContext.Provider
            value={all.flatMap((one) =>
              one.at.startsWith(`${inside}/`) ? [{ ...one, at: one.at.slice(inside.length) }] : [],
            )}
          >
            <Suspense fallback={null}>
              <FieldPanel
                field={column}
                level="column"
                siblings={columns}
                stored={storedColumns.find((one) => one.id === column.id)}
                onChange={(next, place) =>
                  set(
                    columns.map((one, at) => (at === open ? next : one)),
                    `column ${column.id} ${place}`,
                  )
                }
                onRename={(id) => set(columns.map((one, at) => (at === open ? { ...one, id } : one)))}
              />
            </Suspense>
          </DefectsContext.Provider>
        )}
      </Drawer>
    </div>
  );
}
