/** What can be placed on a form: layouts, texts, and the fields that are not on it yet. */
import {
  AppstoreAddOutlined,
  ColumnWidthOutlined,
  FontColorsOutlined,
  NodeExpandOutlined,
  SwitcherOutlined,
} from '@ant-design/icons';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import type { Field } from '@/shared/form_types';
import { useLocale, useMessages } from '@/shared/i18n';
import { useDragSource } from '../drag';
import { fieldName } from '../fields/field_list';
import { KINDS } from '../fields/kinds';
import { words as fieldWords } from '../fields/messages';
import type { Layout } from './form_tree';
import { words } from './messages';

/** How things of the palette are called while they are dragged. */
export const NEW_FIELD = 'field:';
export const NEW_SECTION = 'layout:';
export const NEW_TEXT = 'text:';

export const LAYOUTS: readonly { layout: Layout; icon: ReactNode }[] = [
  { layout: 'columns', icon: <ColumnWidthOutlined /> },
  { layout: 'tabs', icon: <SwitcherOutlined /> },
  { layout: 'steps', icon: <NodeExpandOutlined /> },
];

function Source({ id, icon, name, onAdd }: { id: string; icon: ReactNode; name: string; onAdd: () => void }) {
  const { ref, props, dragging } = useDragSource(id);
  return (
    <button
      type="button"
      ref={ref}
      {...props}
      className={dragging ? 'palette-item dragging' : 'palette-item'}
      onClick={onAdd}
    >
      <span aria-hidden="true">{icon}</span>
      {name}
    </button>
  );
}

export function FormPalette({
  unplaced,
  onAdd,
  onPlaceAll,
}: {
  unplaced: readonly Field[];
  /** With the name under which it would be dragged. */
  onAdd: (what: string) => void;
  onPlaceAll: () => void;
}) {
  const t = useMessages(words);
  const f = useMessages(fieldWords);
  const locale = useLocale();
  return (
    <section className="designer-side palette" aria-label={t('palette')}>
      <h2>{t('layouts')}</h2>
      <p className="prop-help">{t('paletteHint')}</p>
      <div className="palette-grid">
        {LAYOUTS.map(({ layout, icon }) => (
          <Source
            key={layout}
            id={NEW_SECTION + layout}
            icon={icon}
            name={t(layout)}
            onAdd={() => onAdd(NEW_SECTION + layout)}
          />
        ))}
        <Source id={NEW_TEXT} icon={<FontColorsOutlined />} name={t('text')} onAdd={() => onAdd(NEW_TEXT)} />
      </div>
      <div className="row-between">
        <h2>{t('unplaced')}</h2>
        {unplaced.length > 0 && (
          <Button size="small" type="text" icon={<AppstoreAddOutlined />} onClick={onPlaceAll}>
            {t('placeAll')}
          </Button>
        )}
      </div>
      {unplaced.length === 0 ? (
        <p className="muted">{t('allPlaced')}</p>
      ) : (
        <div className="palette-grid palette-fields">
          {unplaced.map((field) => (
            <Source
              key={field.id}
              id={NEW_FIELD + field.id}
              icon={KINDS[field.kind.type].icon}
              name={fieldName(field, locale, f('unnamed'))}
              onAdd={() => onAdd(NEW_FIELD + field.id)}
            />
          ))}
        </div>
      )}
    </section>
  );
}
