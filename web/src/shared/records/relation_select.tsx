import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { api } from '../api/api';
import type { Page } from '../api/types';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';
import { useDebounced } from '../ui/use_debounced';
import { relationOf, type AnyRecord, type RelationName } from './relations';
import { useRelatedAll } from './ref_text';

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
  const [open, setOpen] = useState(false);
  const q = useDebounced(typed.trim());
  const source = path ?? relation.path;
  const found = useQuery({
    queryKey: [of, 'pick', source, q, query],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<AnyRecord> | AnyRecord[]>(source, { limit: 50, q, ...query }, { signal });
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled: open,
    staleTime: 30_000,
  });
  const ids = typeof value === 'string' ? [value] : (value ?? []);
  // What is chosen already is named even when the list shows others.
  const chosen = useRelatedAll(
    of,
    ids.filter((one) => !found.data?.some((row) => row.id === one)),
  );
  const rows = [...(found.data ?? []), ...chosen];
  return (
    <Select
      {...(id === undefined ? {} : { id })}
      {...rest}
      {...(multiple ? { mode: 'multiple' as const } : {})}
      value={value ?? (multiple ? [] : undefined)}
      disabled={disabled ?? false}
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder={placeholder ?? t('typeToSearch')}
      loading={found.isFetching}
      onOpenChange={setOpen}
      onChange={(next: string | string[] | undefined) => {
        const picked = Array.isArray(next) ? next : next ? [next] : [];
        onChange?.(
          next ?? null,
          rows.filter((row) => picked.includes(row.id)),
        );
      }}
      options={rows
        .filter((row, index) => rows.findIndex((other) => other.id === row.id) === index)
        .map((row) => ({
          value: row.id,
          label: [relation.label(row), relation.hint?.(row)].filter(Boolean).join(' · '),
        }))}
      style={{ width: '100%' }}
    />
  );
}
