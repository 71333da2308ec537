import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import type { Page } from '../api/types';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';
import { useTabLeaves } from '../ui/multi_select';
import { useDebounced } from '../ui/use_debounced';
import { relationOf, type AnyRecord, type RelationName } from './relations';
import { useMayRead, useRelatedAll } from './ref_text';

interface RelationSelectProps {
  of: RelationName;
  id?: string;
  value?: string | string[] | null;
  onChange?: (value: string | string[] | null, rows: AnyRecord[]) => void;
  multiple?: boolean;
  /** Another list than all of the kind, such as the contacts of one customer. */
  path?: string;
  query?: Record<string, string>;
  disabled?: boolean;
  placeholder?: string;
  status?: 'error';
  onBlur?: () => void;
  'aria-label'?: string;
  'aria-describedby'?: string;
}

/** Picks records by searching the server for them. */
export function RelationSelect({
  of,
  id,
  value,
  onChange,
  multiple = false,
  path,
  query,
  disabled,
  placeholder,
  ...rest
}: RelationSelectProps) {
  const t = useMessages(common);
  const relation = relationOf(of);
  const [typed, setTyped] = useState('');
  const { open, onOpenChange, onInputKeyDown } = useTabLeaves();
  const q = useDebounced(typed.trim());
  const source = path ?? relation.path;
  const mayRead = useMayRead(of) || path !== undefined;
  const found = useQuery({
    queryKey: [of, 'pick', source, q, query],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<AnyRecord> | AnyRecord[]>(source, { limit: 50, q, ...query }, { signal });
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled: open && mayRead,
    staleTime: 30_000,
  });
  const ids = typeof value === 'string' ? [value] : (value ?? []);
  // What is chosen already is named even when the list shows others.
  const chosen = useRelatedAll(
    of,
    ids.filter((one) => !found.data?.some((row) => row.id === one)),
  );
  const rows = [...(found.data ?? []), ...chosen];
  const options = rows
    .filter((row, index) => rows.findIndex((other) => other.id === row.id) === index)
    .map((row) => ({
      value: row.id,
      label: [relation.label(row), relation.hint?.(row)].filter(Boolean).join(' · '),
    }));
  // What is chosen but can't be read, or not yet, has no name; its id would say nothing.
  const nameless = ids.filter((one) => !rows.some((row) => row.id === one));
  options.push(...nameless.map((one) => ({ value: one, label: mayRead ? '…' : t('unknown') })));
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      {...rest}
      {...(multiple ? { mode: 'multiple' as const, onInputKeyDown } : {})}
      value={value ?? (multiple ? [] : undefined)}
      disabled={disabled === true || !mayRead}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={mayRead ? (placeholder ?? t('typeToSearch')) : t('noPermission')}
      loading={found.isFetching}
      open={open}
      onOpenChange={onOpenChange}
      onChange={(next: string | string[] | undefined) => {
        const picked = Array.isArray(next) ? next : next ? [next] : [];
        onChange?.(
          next ?? null,
          rows.filter((row) => picked.includes(row.id)),
        );
      }}
      options={options}
      style={{ width: '100%' }}
    />
  );
}
