/** The fields in their order: chosen with click and arrow keys, moved by drag and by Alt with arrows. */
import { ExclamationCircleFilled } from '@ant-design/icons';
import type { KeyboardEvent, MouseEvent } from 'react';
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

function Row({
  entry,
  props,
  onStep,
}: {
  entry: Entry;
  props: FieldListProps;
  onStep: (by: -1 | 1, extend: boolean) => void;
}) {
  const { field, key } = entry;
  const t = useMessages(words);
  const locale = useLocale();
  const name = fieldName(field, locale, t('unnamed'));
  const { ref, style, handle } = useSortRow(key, name);
  const selected = props.selected.includes(key);
  const filling = props.index.find((one) => one.field === field.id && one.state === 'filling');
  const wrong = props.wrong.get(key) ?? 0;
  const click = (event: MouseEvent) =>
    props.onSelect(key, event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only');
  const press = (event: KeyboardEvent) => {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const by = event.key === 'ArrowUp' ? -1 : 1;
      if (event.altKey) props.onMove(key, by);
      else onStep(by, event.shiftKey);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      props.onSelect(key, 'only');
      props.onOpen();
    }
  };
  return (
    <li
      ref={ref}
      style={style}
      className={`field-row${selected ? ' selected' : ''}${props.dropAt === key ? ' drop-before' : ''}`}
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
          {!props.storedIds.has(field.id) && <span className="tag tag-new">{t('isNew')}</span>}
          {field.unique === true && <span className="tag">{t('unique')}</span>}
          {isComputed(field.kind) && <span className="tag">{t('computed')}</span>}
          {field.visible_if !== undefined && <span className="tag">{t('hiddenSometimes')}</span>}
          {field.personal === true && <span className="tag tag-vip">{t('personal')}</span>}
          {filling && (
            <span className="tag tag-waiting">
              {t('filling', { percent: filling.total > 0 ? Math.floor((100 * filling.done) / filling.total) : 0 })}
            </span>
          )}
        </span>
      </button>
    </li>
  );
}

export function FieldList(props: FieldListProps) {
  const t = useMessages(words);
  const { entries } = props;
  const { ref, over } = useDropPlace(END);
  const step = (from: number, by: -1 | 1, extend: boolean) => {
    const next = entries[from + by];
    if (!next) return;
    props.onSelect(next.key, extend ? 'range' : 'only');
    focusField(next.key);
  };
  return (
    <div ref={ref} className={over ? 'field-drop over' : 'field-drop'}>
      <SortArea ids={entries.map((entry) => entry.key)}>
        <ol className="field-list" aria-label={t('fields')}>
          {entries.map((entry, place) => (
            <Row key={entry.key} entry={entry} props={props} onStep={(by, extend) => step(place, by, extend)} />
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
