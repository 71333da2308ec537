import { SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Input, type InputRef } from 'antd';
import { useRef, useState, type KeyboardEvent } from 'react';
import { api } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { useDebounced } from '@/shared/ui/use_debounced';
import { useShortcut } from '@/shared/ui/shortcuts';
import { ErrorState } from '@/shared/ui/error_state';
import { shell } from './messages';

interface Hit {
  object: string;
  id: string;
  title: string;
  subtitle?: string | null;
}

const PAGES: Readonly<Record<string, (id: string) => string>> = {
  ticket: (id) => `/tickets/${id}`,
  customer: (id) => `/customers/${id}`,
  device: (id) => `/devices/${id}`,
};

/** One box for numbers, names, phones, serial numbers and words. */
export function GlobalSearch() {
  const t = useMessages(shell);
  const navigate = useNavigate();
  const input = useRef<InputRef>(null);
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const q = useDebounced(typed.trim(), 200);
  const found = useQuery({
    queryKey: ['search', q],
    queryFn: ({ signal }) => api.get<{ items: Hit[] }>('/api/v1/search', { q }, { signal }),
    enabled: q.length > 0 && open,
  });
  useShortcut('/', () => input.current?.focus({ cursor: 'all' }));
  const hits = (found.data?.items ?? []).filter((hit) => hit.object in PAGES);
  const go = (hit: Hit | undefined) => {
    const page = hit && PAGES[hit.object];
    if (!hit || !page) return;
    setOpen(false);
    setTyped('');
    void navigate({ to: page(hit.id) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setAt((old) => Math.min(old + 1, hits.length - 1));
    else if (event.key === 'ArrowUp') setAt((old) => Math.max(old - 1, 0));
    else if (event.key === 'Enter') go(hits[at]);
    else if (event.key === 'Escape') {
      setOpen(false);
      input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const kind = (object: string) =>
    t(
      object === 'ticket'
        ? 'kindTicket'
        : object === 'customer'
          ? 'kindCustomer'
          : object === 'device'
            ? 'kindDevice'
            : 'kindOther',
    );
  const shown = open && q.length > 0;
  return (
    <div className="shell-search" style={{ position: 'relative' }} role="search" aria-label={t('search')}>
      <Input
        ref={input}
        value={typed}
        prefix={<SearchOutlined aria-hidden="true" />}
        suffix={
          <span className="kbd" aria-hidden="true">
            /
          </span>
        }
        placeholder={t('search')}
        aria-label={t('search')}
        role="combobox"
        aria-expanded={shown}
        aria-controls="global-search-hits"
        aria-autocomplete="list"
        {...(shown && hits.length > 0 ? { 'aria-activedescendant': `hit-${at}` } : {})}
        maxLength={100}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <div className="search-pop" id="global-search-hits" role="listbox" aria-label={t('search')}>
          {found.isError && <ErrorState error={found.error} />}
          {found.data && hits.length === 0 && (
            <div role="option" aria-selected="false" aria-disabled="true" className="muted" tabIndex={-1}>
              {t('searchNone')} · {t('searchHint')}
            </div>
          )}
          {hits.map((hit, index) => (
            <div
              key={hit.id}
              id={`hit-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseEnter={() => setAt(index)}
              onMouseDown={(event) => {
                event.preventDefault();
                go(hit);
              }}
            >
              <span className="tag">{kind(hit.object)}</span> {hit.title}
              {hit.subtitle && <span className="muted"> · {hit.subtitle}</span>}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
