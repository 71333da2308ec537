/** The fields in their order: chosen with click and arrow keys, moved by drag and by Alt with arrows. */
import { ExclamationCircleFilled } from '@ant-design/icons';
import { memo, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import type { Field } from '@/shared/form_types';
import { isComputed, KIND_NAMES } from '@/shared/form_view/kinds';
import { labelText, useLocale, useMessages, type Locale } from '@/shared/i18n';
import type { FieldsView } from '@/shared/objects/queries';
import type { Entry } from '../design';
import { SortArea, useDropPlace, useSortRow } from '../drag';
import { KINDS } from './kinds';
import { words } from './messages';

/** The place behind the last field, when something is dropped. */
export const END = 'end';

export function fieldName(field: Field, locale: Locale, unnamed: string): string {
  return labelText(field.label, locale) || field.label.zh || field.label.en || unnamed;
}

export interface FieldListProps {
  entries: readonly Entry[];
  selected: readonly string[];
  index: FieldsView['index'];
  storedIds: ReadonlySet<string>;
  /** How many things are wrong, by the entry's key. */
  wrong: ReadonlyMap<string, number>;
  /** The key of the row before which something would fall, or the end. */
  dropAt: string | undefined;
  onSelect: (key: string, how: 'only' | 'toggle' | 'range') => void;
  onMove: (key: string, by: -1 | 1) => void;
  onOpen: () => void;
}

interface RowProps {
  entry: Entry;
  selected: boolean;
  isNew: boolean;
  dropBefore: boolean;
  /** How many things are wrong with it. */
  wrong: number;
  /** How far lists are with filtering by it, in percent; absent when they can. */
  filling: number | undefined;
  /** The same for all rows and at all times, so that rows that did not change are not drawn again. */
  events: RowEvents;
}

interface RowEvents {
  select: (key: string, how: 'only' | 'toggle' | 'range') => void;
  move: (key: string, by: -1 | 1) => void;
  step: (key: string, by: -1 | 1, extend: boolean) => void;
  open: () => void;
}

const Row = memo(function Row({ entry, selected, isNew, dropBefore, wrong, filling, events }: RowProps) {
  const { field, key } = entry;
  const t = useMessages(words);
  const locale = useLocale();
  const name = fieldName(field, locale, t('unnamed'));
  const { ref, style, handle } = useSortRow(key, name);
  const click = (event: MouseEvent) =>
    events.select(key, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only');
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const by = event.key === 'ArrowUp' ? -1 : 1;
      if (event.altKey) events.move(key, by);
      else events.step(key, by, event.shiftKey);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      events.select(key, 'only');
      events.open();
    }
  };
  return (
    <li
      ref={ref}
      style={style}
      className={`field-row${selected ? ' selected' : ''}${dropBefore ? ' drop-before' : ''}`}
    >
      {handle}
      <button
        type="button"
        className="field-button"
        data-key={key}
        aria-pressed={selected}
        onClick={click}
        onKeyDown={press}
      >
        <span className="field-icon" aria-hidden="true">
          {KINDS[field.kind.type].icon}
        </span>
        <span className="field-name">
          {name}
          {field.required === true && (
            <>
              <span className="required-mark" aria-hidden="true">
                *
              </span>
              <span className="visually-hidden">{t('required')}</span>
            </>
          )}
        </span>
        <span className="field-kind">{labelText(KIND_NAMES[field.kind.type], locale)}</span>
        <span className="field-tags">
          {wrong > 0 && (
            <span className="tag tag-danger">
              <ExclamationCircleFilled aria-hidden="true" /> {t('problemCount', { n: wrong })}
            </span>
          )}
          {isNew && <span className="tag tag-new">{t('isNew')}</span>}
          {field.unique === true && <span className="tag">{t('unique')}</span>}
          {isComputed(field.kind) && <span className="tag">{t('computed')}</span>}
          {field.visible_if !== undefined && <span className="tag">{t('hiddenSometimes')}</span>}
          {field.personal === true && <span className="tag tag-vip">{t('personal')}</span>}
          {filling !== undefined && <span className="tag tag-waiting">{t('filling', { percent: filling })}</span>}
        </span>
      </button>
    </li>
  );
});

export function FieldList(props: FieldListProps) {
  const t = useMessages(words);
  const { entries } = props;
  const { ref, over } = useDropPlace(END);
  const step = (key: string, by: -1 | 1, extend: boolean) => {
    const next = entries[entries.findIndex((entry) => entry.key === key) + by];
    if (!next) return;
    props.onSelect(next.key, extend ? 'range' : 'only');
    focusField(next.key);
  };
  const latest = useRef({ ...props, step });
  useEffect(() => {
    latest.current = { ...props, step };
  });
  const [events] = useState((): RowEvents => ({
    select: (key, how) => latest.current.onSelect(key, how),
    move: (key, by) => latest.current.onMove(key, by),
    step: (key, by, extend) => latest.current.step(key, by, extend),
    open: () => latest.current.onOpen(),
  }));
  const percent = (id: string): number | undefined => {
    const filling = props.index.find((one) => one.field === id && one.state === 'filling');
    if (!filling) return undefined;
    return filling.total > 0 ? Math.floor((100 * filling.done) / filling.total) : 0;
  };
  return (
    <div ref={ref} className={over ? 'field-drop over' : 'field-drop'}>
      <SortArea ids={entries.map((entry) => entry.key)}>
        <ol className="field-list" aria-label={t('fields')}>
          {entries.map((entry) => (
            <Row
              key={entry.key}
              entry={entry}
              selected={props.selected.includes(entry.key)}
              isNew={!props.storedIds.has(entry.field.id)}
              dropBefore={props.dropAt === entry.key}
              wrong={props.wrong.get(entry.key) ?? 0}
              filling={percent(entry.field.id)}
              events={events}
            />
          ))}
        </ol>
      </SortArea>
      {props.dropAt === END && <div className="drop-end">{t('dropHere')}</div>}
    </div>
  );
}

/** Puts the keyboard on a field's row. */
export function focusField(key: string): void {
  // A row that was just added or moved is there after React has drawn it.
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`.field-button[data-key="${CSS.escape(key)}"]`)?.focus();
  });
}
