/** A condition as a sentence, and the builder in which it is set. */
import { Button, Modal } from 'antd';
import { useState } from 'react';
import type { Condition } from '@/shared/conditions';
import { FilterBuilder } from '@/shared/filter/filter_builder';
import { EMPTY_FILTER, fromTree, toTree, type Filter } from '@/shared/filter/tree';
import type { Field } from '@/shared/form_types';
import { useLocale, useMessages } from '@/shared/i18n';
import { common } from '@/shared/ui/messages';
import { conditionFields, conditionText, firstOperator } from './conditions';
import { words } from './messages';
import { useDefectsAt, Wrong } from './prop';

export function ConditionEditor({
  label,
  name,
  at,
  none,
  value,
  fields,
  onChange,
}: {
  label: string;
  /** What the field is called. */
  name: string;
  at: string;
  /** What no condition means. */
  none: string;
  value: Condition | undefined;
  /** The fields that it may name. */
  fields: readonly Field[];
  onChange: (value: Condition | undefined) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const wrong = useDefectsAt(at);
  const [draft, setDraft] = useState<Filter>();
  const offered = conditionFields(fields);
  const open = () => {
    const known = value === undefined ? undefined : fromTree(value);
    const [first] = offered;
    setDraft(known ?? (first ? { match: 'all', rows: [{ field: first.id, op: firstOperator(first) }] } : EMPTY_FILTER));
  };
  return (
    <div className="prop" data-at={at}>
      <div className="prop-label">{label}</div>
      <div className="prop-condition">
        <span className={value === undefined ? 'muted' : undefined}>
          {value === undefined ? none : (conditionText(value, fields, locale) ?? t('conditionDeep'))}
        </span>
        <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }}>
          <Button
            size="small"
            onClick={open}
            disabled={offered.length === 0}
            aria-label={`${label}: ${t('editCondition')}`}
          >
            {t('editCondition')}
          </Button>
          {value !== undefined && (
            <Button size="small" type="text" onClick={() => onChange(undefined)} aria-label={`${label}: ${c('clear')}`}>
              {c('clear')}
            </Button>
          )}
        </span>
      </div>
      {offered.length === 0 && <div className="prop-help">{t('noConditionFields')}</div>}
      <Wrong texts={wrong} />
      <Modal
        open={draft !== undefined}
        width={760}
        title={t('conditionTitle', { name, what: label })}
        okText={c('ok')}
        onCancel={() => setDraft(undefined)}
        onOk={() => {
          onChange(draft ? toTree(draft) : undefined);
          setDraft(undefined);
        }}
        destroyOnHidden
      >
        <div className="stack">
          <p className="muted">{t('conditionHint')}</p>
          {draft && <FilterBuilder fields={offered} value={draft} onChange={setDraft} />}
        </div>
      </Modal>
    </div>
  );
}
