/** A condition of a flow: built from the fields of the record, kept as a tree with the types of what it names. */
import { Modal } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { conditionFields, conditionText, firstOperator, typesOf } from '@/features/objects/fields/conditions';
import type { Condition } from '@/shared/conditions';
import { FilterBuilder } from '@/shared/filter/filter_builder';
import { EMPTY_FILTER, fromTree, toTree, type Filter } from '@/shared/filter/tree';
import type { Field } from '@/shared/form_types';
import { useLocale, useMessages } from '@/shared/i18n';
import { fieldsQuery } from '@/shared/objects/queries';
import { common } from '@/shared/ui/messages';
import { APPROVED } from './catalogue';
import { words } from './messages';
import { fieldsOf } from './record_fields';

export interface Written {
  fields: Record<string, string>;
  condition: Condition;
}

/** Fields of the record as conditions of processes name them, and the answer of the last approval. */
export function useProcessFields(object: string | null): readonly Field[] {
  const { data } = useQuery({ ...fieldsQuery(object ?? ''), enabled: object !== null });
  return useMemo(() => {
    const own = fieldsOf(object, data?.catalogue.fields ?? []).map((field) => ({
      ...field,
      id: `${object}.${field.id}`,
    }));
    const answer: Field = {
      id: APPROVED,
      label: { zh: words.zh.answerField, en: words.en.answerField },
      kind: { type: 'boolean' },
    };
    return [...own, answer];
  }, [data, object]);
}

export function readCondition(text: string): Written | undefined {
  try {
    const written = JSON.parse(text) as Partial<Written>;
    return written.fields && written.condition ? (written as Written) : undefined;
  } catch {
    return undefined;
  }
}

/** The tree with the types of the fields it names. */
export function writeCondition(condition: Condition, fields: readonly Field[]): Written {
  const types = typesOf(fields);
  const named: Record<string, string> = {};
  const walk = (node: Condition): void => {
    if ('all' in node) node.all.forEach(walk);
    else if ('any' in node) node.any.forEach(walk);
    else if ('not' in node) walk(node.not);
    else if (types[node.field] !== undefined) named[node.field] = types[node.field] as string;
  };
  walk(condition);
  return { fields: named, condition };
}

export function useConditionText(written: Written | undefined, fields: readonly Field[]): string | undefined {
  const locale = useLocale();
  return written && (conditionText(written.condition, fields, locale) ?? JSON.stringify(written.condition));
}

export default function ConditionDialog({
  title,
  object,
  value,
  onChange,
  onClose,
}: {
  /** What the condition decides. */
  title?: string;
  object: string | null;
  value: Written | undefined;
  onChange: (value: Written | undefined) => void;
  onClose: () => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const fields = useProcessFields(object);
  const offered = conditionFields(fields);
  const [draft, setDraft] = useState<Filter | undefined>(() => (value ? fromTree(value.condition) : undefined));
  const first = offered[0];
  const shown =
    draft ?? (first ? { match: 'all' as const, rows: [{ field: first.id, op: firstOperator(first) }] } : EMPTY_FILTER);
  return (
    <Modal
      open
      width={760}
      title={title ?? t('condition')}
      okText={c('ok')}
      onCancel={onClose}
      onOk={() => {
        const tree = toTree(shown);
        onChange(tree ? writeCondition(tree, fields) : undefined);
        onClose();
      }}
    >
      <div className="stack">
        <p className="muted">{t(object === null ? 'noFields' : 'conditionHint')}</p>
        <FilterBuilder fields={offered} value={shown} onChange={setDraft} />
      </div>
    </Modal>
  );
}
