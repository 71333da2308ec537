/** A formula in which fields stand by their names, with completion and the server's preview. */
import { useQuery } from '@tanstack/react-query';
import { Button, Dropdown, Mentions } from 'antd';
import { useMemo, useState } from 'react';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { Catalogue, Field, ResultType } from '@/shared/form_types';
import { labelText, useLocale, useMessages, type Locale } from '@/shared/i18n';
import { formatMoney } from '@/shared/money';
import { RelationSelect } from '@/shared/records/relation_select';
import { useMayRead } from '@/shared/records/ref_text';
import { relationFor, relationOf } from '@/shared/records/relations';
import { formatTime } from '@/shared/time';
import { common } from '@/shared/ui/messages';
import { useDebounced } from '@/shared/ui/use_debounced';
import { renameInFormula } from '../design';
import { objectPath } from '../objects';
import { formulaLabel } from './defects';
import { words } from './messages';
import { Prop } from './prop';
import { useScope } from './scope';

interface Preview {
  value: unknown;
  error: { code: string; message: string } | null;
}

/** Each field's name in formulas; fields of the same name are told apart by a number. */
export function formulaNames(fields: readonly Field[], locale: Locale): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const field of fields) {
    const label = (labelText(field.label, locale) || field.label.zh || field.id).replace(/[{}]/g, '').trim();
    let name = label;
    for (let count = 2; taken.has(name); count += 1) name = `${label} ${count}`;
    taken.add(name);
    names.set(field.id, name);
  }
  return names;
}

/** What stands after a brace that is still open at the end of the text: `1 + {单` seeks `单`. */
export function soughtIn(text: string): string | undefined {
  return /\{([^{}\n]{0,40})$/.exec(text)?.[1];
}

/** The names in the order in which they are offered: what begins with the letters typed comes before what has them within. */
export function offeredNames(names: ReadonlyMap<string, string>, sought: string): [id: string, name: string][] {
  const later = (name: string) => (name.toLowerCase().startsWith(sought.toLowerCase()) ? 0 : 1);
  return [...names].toSorted(([, a], [, b]) => later(a) - later(b));
}

/** `price * qty` → `{单价} * {数量}`. */
export function withNames(expression: string, names: ReadonlyMap<string, string>): string {
  return renameInFormula(expression, (id) => (names.has(id) ? `{${names.get(id)}}` : undefined));
}

/** `{单价} * {数量}` → `price * qty`; what is no field's name stays as it was typed. */
export function withIdsOf(text: string, names: ReadonlyMap<string, string>): string {
  const ids = new Map([...names].map(([id, name]) => [name, id]));
  return text.replace(/\{([^{}]*)\}/g, (whole, name: string) => ids.get(name.trim()) ?? whole);
}

function resultText(value: unknown, result: ResultType, currency: string, yes: string, no: string): string {
  if (typeof value === 'boolean') return value ? yes : no;
  if (result === 'money' && typeof value === 'number') return formatMoney(value, currency);
  if (result === 'time' && typeof value === 'string') return formatTime(value, new Date());
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function FormulaPreview({
  expression,
  result,
  currency,
  catalogue,
}: {
  expression: string;
  result: ResultType;
  currency: string;
  catalogue: Catalogue;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const { object } = useScope();
  const [chosen, setChosen] = useState<string>();
  const of = relationFor(object.key);
  const allowed = useMayRead(of);
  // Until somebody chooses a record, the first one of the list stands for all.
  const first = useQuery({
    queryKey: [of, 'sample'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<{ id: string }>>(relationOf(of).path, { limit: 1 }, { signal })).items[0]?.id ?? null,
    enabled: allowed,
    staleTime: 300_000,
  });
  const record = chosen ?? first.data ?? undefined;
  const asked = useDebounced(JSON.stringify({ expression, result, currency, catalogue, record_id: record }), 120);
  const preview = useQuery({
    queryKey: ['formula', object.key, asked],
    queryFn: ({ signal }) =>
      api.post<Preview>(objectPath(object.key, '/formula/preview'), JSON.parse(asked), { signal }),
    enabled: expression.trim() !== '',
    placeholderData: (before) => before,
    retry: false,
    staleTime: 10_000,
  });
  const told = (() => {
    if (expression.trim() === '') return t('previewNone');
    if (preview.isPending) return t('previewWaiting');
    if (preview.data?.error)
      return labelText(formulaLabel(preview.data.error.code, preview.data.error.message), locale);
    if (preview.isError) return t('previewFailed');
    const value = preview.data?.value;
    if (value === null || value === undefined) return t('previewNone');
    return resultText(value, result, currency, c('yes'), c('no'));
  })();
  return (
    <div className="formula-preview">
      <div className="row-between">
        <span className="muted">{t('preview')}</span>
        <div style={{ width: 180 }}>
          <RelationSelect
            of={of}
            aria-label={t('record')}
            placeholder={t('record')}
            value={record ?? null}
            onChange={(next) => setChosen(typeof next === 'string' ? next : undefined)}
          />
        </div>
      </div>
      <output className={preview.data?.error ? 'prop-wrong' : 'formula-result'} aria-live="polite">
        {told}
      </output>
    </div>
  );
}

export function FormulaEditor({
  label,
  at,
  expression,
  result,
  currency,
  fields,
  onChange,
}: {
  label: string;
  at: string;
  expression: string;
  /** The type that is previewed; nothing is previewed without it. */
  result?: ResultType;
  /** What an amount is in; the company's currency unless it says. */
  currency?: string;
  /** The fields that it may name. */
  fields: readonly Field[];
  onChange: (expression: string) => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const scope = useScope();
  const usable = fields.filter((field) => field.retired !== true);
  const names = useMemo(() => formulaNames(usable, locale), [usable, locale]);
  // What was typed stays as typed while it means the same; anything else that arrives replaces it.
  const [typed, setTyped] = useState(() => withNames(expression, names));
  const text = withIdsOf(typed, names) === expression ? typed : withNames(expression, names);
  const [sought, setSought] = useState('');
  const change = (next: string) => {
    // Words that arrive without a key, such as from an input method or by pasting, are looked for as well.
    const box = document.activeElement;
    const part = soughtIn(next.slice(0, box instanceof HTMLTextAreaElement ? box.selectionStart : undefined));
    if (part !== undefined) setSought(part);
    setTyped(next);
    onChange(withIdsOf(next, names));
  };
  return (
    <>
      <Prop label={label} at={at} help={t('expressionHint')}>
        {({ status, ...control }) => (
          <Mentions
            {...control}
            {...(status ? { status } : {})}
            value={text}
            prefix="{"
            split=""
            validateSearch={(part) => !/[{}\n]/.test(part) && part.length <= 40}
            autoSize={{ minRows: 2, maxRows: 10 }}
            spellCheck={false}
            maxLength={2000}
            className="formula-text"
            onSearch={setSought}
            filterOption={(_, option) => option.value?.toLowerCase().includes(sought.toLowerCase()) === true}
            options={offeredNames(names, sought).map(([id, name]) => ({ key: id, value: `${name}}`, label: name }))}
            onChange={change}
          />
        )}
      </Prop>
      <Dropdown
        trigger={['click']}
        menu={{
          style: { maxHeight: 300, overflowY: 'auto' },
          items: [...names].map(([id, name]) => ({ key: id, label: name })),
          onClick: ({ key }) =>
            change(`${text}${text === '' || text.endsWith(' ') ? '' : ' '}{${names.get(key) ?? ''}}`),
        }}
        disabled={names.size === 0}
      >
        <Button size="small">{t('insertField')}</Button>
      </Dropdown>
      {result !== undefined && (
        <FormulaPreview
          expression={expression}
          result={result}
          currency={currency ?? scope.currency}
          catalogue={scope.catalogue}
        />
      )}
    </>
  );
}
