/** What the columns of a file become: fields, how related records are named, forms of dates, and what happens to lines. */
import { Checkbox, Input, Select } from 'antd';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import type { ListTarget, TargetField } from '@/shared/ui/list_tools';
import type { ColumnMapping, Import, Mapping } from './imports';
import { imports as words } from './messages';

const DATES: ReadonlySet<string> = new Set(['date', 'date_time', 'time']);
const NONE = '';

/** Fields that every new record must have and no column goes to. */
export function lacking(target: ListTarget, mapping: Mapping): TargetField[] {
  const creates = mapping.match === null || mapping.on_missing === 'create';
  if (!creates) return [];
  return target.fields.filter(
    (field) => field.required && field.importable && !mapping.columns.some((column) => column.field === field.id),
  );
}

export function ImportMapping({
  source,
  target,
  mapping,
  problems,
  disabled,
  onChange,
}: {
  source: Import;
  target: ListTarget;
  mapping: Mapping;
  /** What is wrong with a column, by its place in the mapping. */
  problems: ReadonlyMap<number, string>;
  disabled: boolean;
  onChange: (mapping: Mapping) => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const fields = target.fields.filter((field) => field.importable || target.match.includes(field.id));
  const used = new Set(mapping.columns.flatMap((column) => column.field ?? []));
  const keys = target.match.flatMap((id) => {
    const field = target.fields.find((one) => one.id === id);
    return field && used.has(id) ? [field] : [];
  });
  const set = (index: number, change: Partial<ColumnMapping>) => {
    const known = mapping.columns.find((column) => column.index === index);
    const next: ColumnMapping = { ...(known ?? { index, field: null }), ...change };
    const columns = known
      ? mapping.columns.map((column) => (column === known ? next : column))
      : [...mapping.columns, next].toSorted((a, b) => a.index - b.index);
    const match = columns.some((column) => column.field === mapping.match) ? mapping.match : null;
    onChange({ ...mapping, columns, match });
  };
  const choose = (index: number, id: string) => {
    const columns = mapping.columns.filter((column) => column.index !== index);
    const next = [...columns, { index, field: id === NONE ? null : id }].toSorted((a, b) => a.index - b.index);
    const match = next.some((column) => column.field === mapping.match) ? mapping.match : null;
    onChange({ ...mapping, columns: next, match });
  };
  return (
    <div className="stack">
      <table className="import-map">
        <thead>
          <tr>
            <th scope="col">{t('column')}</th>
            <th scope="col">{t('samples')}</th>
            <th scope="col">{t('field')}</th>
          </tr>
        </thead>
        <tbody>
          {source.columns.map((column) => {
            const at = mapping.columns.findIndex((one) => one.index === column.index);
            const mapped = mapping.columns[at];
            const field = fields.find((one) => one.id === mapped?.field);
            const relation = field?.relation;
            const problem = problems.get(at);
            const matches = relation?.match ?? [];
            return (
              <tr key={column.index}>
                <td>
                  <strong>{column.header}</strong>
                </td>
                <td className="samples muted">{column.samples.slice(0, 3).join(' · ') || '—'}</td>
                <td>
                  <div className="stack" style={{ gap: 6 }}>
                    <Select
                      aria-label={`${column.header}: ${t('field')}`}
                      showSearch={{ optionFilterProp: 'label' }}
                      disabled={disabled}
                      value={field?.id ?? NONE}
                      {...(problem === undefined ? {} : { status: 'error' as const })}
                      options={[
                        { value: NONE, label: t('skipColumn') },
                        ...fields.map((one) => ({
                          value: one.id,
                          label: labelText(one.label, locale) + (one.required ? t('requiredMark') : ''),
                          disabled: used.has(one.id) && one.id !== field?.id,
                        })),
                      ]}
                      onChange={(next) => choose(column.index, next)}
                    />
                    {field && relation && matches.length > 1 && (
                      <Select
                        aria-label={`${column.header}: ${t('relationBy', { label: labelText(field.label, locale) })}`}
                        disabled={disabled}
                        value={mapped?.relation_by ?? matches[0]?.field ?? null}
                        prefix={
                          <span className="muted">{t('relationBy', { label: labelText(field.label, locale) })}</span>
                        }
                        options={matches.map((one) => ({ value: one.field, label: labelText(one.label, locale) }))}
                        onChange={(next) => set(column.index, { relation_by: next ?? '' })}
                      />
                    )}
                    {relation?.can_create && (
                      <Checkbox
                        disabled={disabled}
                        checked={mapped?.create_missing === true}
                        onChange={(event) => set(column.index, { create_missing: event.target.checked })}
                      >
                        {t('createMissing')}
                      </Checkbox>
                    )}
                    {field && DATES.has(field.type) && (
                      <Input
                        aria-label={`${column.header}: ${t('format')}`}
                        disabled={disabled}
                        maxLength={60}
                        placeholder={t('formatHint')}
                        value={mapped?.format ?? ''}
                        onChange={(event) => set(column.index, { format: event.target.value })}
                      />
                    )}
                    {problem !== undefined && (
                      <span role="alert" style={{ color: 'var(--tag-danger)' }}>
                        {problem}
                      </span>
                    )}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className="row" style={{ flexWrap: 'wrap', gap: 16, alignItems: 'end' }}>
        <div>
          <div id="import-match">{t('match')}</div>
          <Select
            aria-labelledby="import-match"
            disabled={disabled}
            value={mapping.match ?? NONE}
            options={[
              { value: NONE, label: t('matchNone') },
              ...keys.map((field) => ({ value: field.id, label: labelText(field.label, locale) })),
            ]}
            style={{ minWidth: 220 }}
            onChange={(next) => onChange({ ...mapping, match: next === NONE ? null : next })}
          />
        </div>
        {mapping.match !== null && (
          <>
            <div>
              <div id="import-on-match">{t('onMatch')}</div>
              <Select
                aria-labelledby="import-on-match"
                disabled={disabled}
                value={mapping.on_match}
                options={[
                  { value: 'update', label: t('onMatchUpdate'), disabled: !target.may_update },
                  { value: 'skip', label: t('onMatchSkip') },
                ]}
                style={{ minWidth: 120 }}
                onChange={(next: Mapping['on_match']) => onChange({ ...mapping, on_match: next })}
              />
            </div>
            <div>
              <div id="import-on-missing">{t('onMissing')}</div>
              <Select
                aria-labelledby="import-on-missing"
                disabled={disabled}
                value={mapping.on_missing}
                options={[
                  { value: 'create', label: t('onMissingCreate'), disabled: !target.may_create },
                  { value: 'skip', label: t('onMissingSkip') },
                ]}
                style={{ minWidth: 120 }}
                onChange={(next: Mapping['on_missing']) => onChange({ ...mapping, on_missing: next })}
              />
            </div>
          </>
        )}
      </div>
    </div>
  );
}

/** What the server wants to be told: nothing that stands empty. */
export function sent(mapping: Mapping): Mapping {
  return {
    ...mapping,
    columns: mapping.columns.map((column) => ({
      index: column.index,
      field: column.field,
      ...(column.relation_by ? { relation_by: column.relation_by } : {}),
      ...(column.format?.trim() ? { format: column.format.trim() } : {}),
      ...(column.create_missing ? { create_missing: true } : {}),
    })),
  };
}
