/** The kinds of fields, grouped, to be dragged into the list or added by a click. */
import { Input } from 'antd';
import { useState } from 'react';
import { KIND_NAMES } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { useDragSource } from '../drag';
import { GROUPS, KINDS } from './kinds';
import { words } from './messages';

/** How a kind of the palette is called while it is dragged. */
export const NEW = 'new:';

function KindButton({ kind, onAdd }: { kind: KindName; onAdd: () => void }) {
  const locale = useLocale();
  const { ref, props, dragging } = useDragSource(NEW + kind);
  return (
    <button
      type="button"
      ref={ref}
      {...props}
      className={dragging ? 'palette-item dragging' : 'palette-item'}
      onClick={onAdd}
    >
      <span aria-hidden="true">{KINDS[kind].icon}</span>
      {labelText(KIND_NAMES[kind], locale)}
    </button>
  );
}

export function Palette({ onAdd }: { onAdd: (kind: KindName) => void }) {
  const t = useMessages(words);
  const locale = useLocale();
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const fits = (kind: KindName) =>
    wanted === '' || KIND_NAMES[kind].zh.includes(wanted) || KIND_NAMES[kind].en.toLowerCase().includes(wanted);
  const groups = GROUPS.map((group) => ({ ...group, kinds: group.kinds.filter(fits) })).filter(
    (group) => group.kinds.length > 0,
  );
  return (
    <section className="designer-side palette" aria-label={t('palette')}>
      <h2>{t('palette')}</h2>
      <p className="prop-help">{t('paletteHint')}</p>
      <Input
        size="small"
        allowClear
        aria-label={t('searchKinds')}
        placeholder={t('searchKinds')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      {groups.map((group) => (
        <div key={group.key}>
          <h3>{labelText(group.name, locale)}</h3>
          <div className="palette-grid">
            {group.kinds.map((kind) => (
              <KindButton key={kind} kind={kind} onAdd={() => onAdd(kind)} />
            ))}
          </div>
        </div>
      ))}
    </section>
  );
}
