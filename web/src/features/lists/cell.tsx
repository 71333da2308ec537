/** One cell of a list while it is edited: the input of its field, saved on Enter, with the problem beside it. */
import { CheckOutlined, CloseOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { api } from '@/shared/api/api';
import { ApiError, fieldErrorText, problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { changeOf, valueOf, type CellProps } from '@/shared/ui/list_tools';
import './lists.css';
import { views as words } from './messages';
import { isChosenAtOnce, ValueInput } from './value_input';

function reason(error: unknown): string {
  if (error instanceof ApiError && error.errors.length > 0 && error.status === 422) {
    return [...new Set(error.errors.map(fieldErrorText))].join(' ');
  }
  return problemText(error);
}

export default function Cell({ list, object, path, field, own, row, onDone }: CellProps) {
  const t = useMessages(words);
  const locale = useLocale();
  const before = valueOf(row, field.id, own);
  const [value, setValue] = useState<unknown>(before ?? null);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    // The input of an own field may come a moment later with its definition.
    let tries = 0;
    const timer = setInterval(() => {
      const input = box.current?.querySelector<HTMLElement>('.cell-input :is(input, textarea, [tabindex="0"])');
      tries += 1;
      if (!input && tries < 40) return;
      clearInterval(timer);
      input?.focus();
      if (input instanceof HTMLInputElement && input.type !== 'radio') input.select();
    }, 30);
    return () => clearInterval(timer);
  }, []);
  const save = async (next: unknown, then?: 1 | -1) => {
    if (sending.current) return;
    const asked = typeof next === 'string' ? next.trim() || null : (next ?? null);
    if (JSON.stringify(asked) === JSON.stringify(before ?? null)) return onDone(then);
    sending.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      const version = Number(row['version']);
      await api.patch(`${path}/${encodeURIComponent(row.id)}`, changeOf(row, field.id, own, asked), { version });
      await queryClient.invalidateQueries({ queryKey: [object] });
      onDone(then);
    } catch (error) {
      setProblem(reason(error));
      // Who saves again does so on top of what stands there by now.
      if (error instanceof ApiError && error.status === 412) void queryClient.invalidateQueries({ queryKey: [object] });
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      onDone();
      return;
    }
    // Lists of options use Enter and Tab themselves while they are open.
    const inside = event.target instanceof Node && box.current?.contains(event.target) === true;
    const open = inside && (event.target as HTMLElement).getAttribute('aria-expanded') === 'true';
    const typed = inside && !open && (event.target as HTMLElement).closest('button') === null;
    if (event.key === 'Tab' && typed) {
      event.preventDefault();
      void save(value, event.shiftKey ? -1 : 1);
    }
    const breaks = field.type === 'long_text' && event.shiftKey;
    const several = field.type === 'tags' || field.type === 'choices';
    if (event.key === 'Enter' && typed && !breaks && (!several || event.ctrlKey)) {
      event.preventDefault();
      event.stopPropagation();
      void save(value);
    }
  };
  const label = labelText(field.label, locale);
  return (
    <div ref={box} className="cell-editor" role="group" aria-label={t('editing', { label })} onKeyDown={onKeyDown}>
      <div className="cell-input">
        <ValueInput
          list={list}
          field={field}
          own={own}
          row={row}
          value={value}
          invalid={problem !== undefined}
          describedBy={problem === undefined ? undefined : id}
          onChange={(next) => {
            setValue(next);
            setProblem(undefined);
            if (isChosenAtOnce(field)) void save(next);
          }}
        />
      </div>
      <span className="cell-tools">
        <Button
          size="small"
          type="primary"
          icon={<CheckOutlined />}
          loading={busy}
          aria-label={t('saveCell')}
          title={t('saveCell')}
          onClick={() => void save(value)}
        />
        <Button
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('cancelCell')}
          title={t('cancelCell')}
          onClick={() => onDone()}
        />
      </span>
      {problem !== undefined && (
        <span role="alert" id={id}>
          {problem}
        </span>
      )}
    </div>
  );
}
