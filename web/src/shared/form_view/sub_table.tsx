/** Rows of further fields: a table on a desk, cards on a phone. */
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { Field, SubTableKind } from '../form_types';
import { isObject } from '../json';
import { demandedFields, hiddenFields, type FormRecord } from '../forms';
import { useNow } from '../ui/texts';
import { liveRow, type Live } from '../formulas/live';
import { FieldInput, LiveValue } from './field_input';
import { FieldValue } from './field_value';
import { isComputed } from './kinds';
import { sceneOf } from './live';
import { formView } from './messages';
import { useFormLabel, useFormMessages, useFormScope } from './scope';
import type { FieldProblem, InputProps } from './types';

interface SubTableProps extends InputProps {
  kind: SubTableKind;
  before: unknown;
  /** Problems inside of the rows, their pointers counted from the list: `/0/quantity`. */
  problems: readonly FieldProblem[];
}

interface RowState {
  hidden: ReadonlySet<string>;
  demanded: ReadonlySet<string>;
  /** What the row's formulas make of what is typed. */
  live: ReadonlyMap<string, Live>;
}

const MOST = 500;

export function SubTableInput({ kind, before, problems, ...props }: SubTableProps) {
  const t = useFormMessages(formView);
  const { phone } = useFormScope();
  const say = useFormLabel();
  const now = useNow();
  const rows: FormRecord[] = Array.isArray(props.value)
    ? props.value.map((row) => (isObject(row) ? { ...row } : {}))
    : [];
  const columns = kind.fields.filter((column) => column.retired !== true);
  const computed = new Set(columns.filter((column) => isComputed(column.kind)).map((column) => column.id));
  const most = Math.min(kind.max_rows ?? MOST, MOST);
  const set = (next: FormRecord[]) => props.onChange(next.length === 0 ? null : next);
  const fresh = (): FormRecord =>
    Object.fromEntries(
      columns.flatMap((column) => (column.default === undefined ? [] : [[column.id, column.default] as const])),
    );
  // What is worked out from a row counts no more once the row is typed in; the server works it out anew.
  const typed = (row: FormRecord, id: string, value: unknown): FormRecord => ({
    ...Object.fromEntries(Object.entries(row).filter(([key]) => !computed.has(key))),
    [id]: value,
  });
  const move = (from: number, to: number) => {
    const next = [...rows];
    const [row] = next.splice(from, 1);
    if (row) next.splice(to, 0, row);
    set(next);
  };
  const cell = (row: FormRecord, at: number, column: Field, { hidden, live }: RowState) => {
    if (hidden.has(column.id)) return <span className="muted">—</span>;
    if (computed.has(column.id)) {
      const value = row[column.id];
      const made = live.get(column.id);
      // What is stored counts until the row is typed in.
      if (value === undefined && made !== undefined) return <LiveValue field={column} live={made} />;
      if (value === undefined) return <span className="muted">{t('auto')}</span>;
      return <FieldValue field={column} value={value} compact />;
    }
    const pointer = `/${at}/${column.id}`;
    const wrong = problems.filter((one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`));
    const id = `${props.id}-${at}-${column.id}`;
    return (
      <>
        <FieldInput
          field={column}
          fields={kind.fields}
          values={row}
          id={id}
          label={`${say(column.label)} · ${t('row', { n: at + 1 })}`}
          value={row[column.id]}
          before={Array.isArray(before) && isObject(before[at]) ? before[at][column.id] : undefined}
          disabled={props.disabled || column.read_only === true}
          required={column.required === true}
          invalid={wrong.length > 0}
          describedBy={wrong.length > 0 ? `${id}-problem` : undefined}
          problems={[]}
          onLeave={props.onLeave}
          onChange={(value) => set(rows.map((other, index) => (index === at ? typed(other, column.id, value) : other)))}
        />
        {wrong.length > 0 && (
          <div id={`${id}-problem`} className="fv-problem" role="alert">
            {wrong.map((one) => one.text).join('；')}
          </div>
        )}
      </>
    );
  };
  const level = (row: FormRecord): RowState => {
    const inside = { object: '', fields: kind.fields };
    return {
      hidden: hiddenFields(inside, row, now),
      demanded: demandedFields(inside, row, now),
      live: liveRow(kind.fields, row, sceneOf(now)),
    };
  };
  const tools = (at: number) =>
    !props.disabled && (
      <span className="nowrap">
        <Button
          type="text"
          size="small"
          icon={<ArrowUpOutlined />}
          disabled={at === 0}
          aria-label={t('moveUp', { n: at + 1 })}
          onClick={() => move(at, at - 1)}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowDownOutlined />}
          disabled={at === rows.length - 1}
          aria-label={t('moveDown', { n: at + 1 })}
          onClick={() => move(at, at + 1)}
        />
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined />}
          aria-label={t('removeRow', { n: at + 1 })}
          onClick={() => {
            set(rows.filter((_, index) => index !== at));
            props.onLeave();
          }}
        />
      </span>
    );
  const asCards = phone || columns.length > 6;
  return (
    <div role="group" aria-label={props.label} aria-describedby={props.describedBy}>
      {rows.length === 0 && <p className="muted">{t('noRows')}</p>}
      {rows.length > 0 && asCards && (
        <ol className="fv-row-cards">
          {rows.map((row, at) => {
            const state = level(row);
            const { hidden, demanded } = state;
            return (
              // Rows have no ids; what is typed lives in the values, so a row that moves takes it along.
              // oxlint-disable-next-line react/no-array-index-key
              <li key={at}>
                <div className="row-between">
                  <strong>{t('row', { n: at + 1 })}</strong>
                  {tools(at)}
                </div>
                {columns
                  .filter((column) => !hidden.has(column.id))
                  .map((column) => (
                    <div key={column.id} className="fv-field">
                      <div className="fv-label">
                        {demanded.has(column.id) && <span className="fv-star-required">* </span>}
                        {say(column.label)}
                      </div>
                      {cell(row, at, column, state)}
                    </div>
                  ))}
              </li>
            );
          })}
        </ol>
      )}
      {rows.length > 0 && !asCards && (
        <div className="table-scroll">
          <table className="data-table fv-rows">
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.id} scope="col">
                    {column.required === true && <span className="fv-star-required">* </span>}
                    {say(column.label)}
                  </th>
                ))}
                <th scope="col">
                  <span className="visually-hidden">{t('remove')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => {
                const state = level(row);
                return (
                  // oxlint-disable-next-line react/no-array-index-key
                  <tr key={at}>
                    {columns.map((column) => (
                      <td key={column.id}>{cell(row, at, column, state)}</td>
                    ))}
                    <td className="right">{tools(at)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {!props.disabled && (
        <Button
          size="small"
          icon={<PlusOutlined />}
          disabled={rows.length >= most}
          style={{ marginTop: 8 }}
          onClick={() => set([...rows, fresh()])}
        >
          {t('addRow')}
        </Button>
      )}
    </div>
  );
}
