/** The search box in the header: everything one may see, with why it was found and how much there is of each kind. */
import { SearchOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { Input, type InputRef } from 'antd';
import { useRef, useState, type KeyboardEvent } from 'react';
import { api } from '@/shared/api/api';
import type { Label } from '@/shared/i18n';
import { useMessages } from '@/shared/i18n';
import { useDebounced } from '@/shared/ui/use_debounced';
import { useShortcut } from '@/shared/ui/shortcuts';
import { ErrorState } from '@/shared/ui/error_state';
import { MarkedText, wholeTitle, type Piece } from './marked_text';
import { shell } from './messages';
import { kindName, targetOf } from './search_kinds';

type Field = 'title' | 'codes' | 'phones' | 'names' | 'text';

interface Hit {
  object: string;
  id: string;
  title: string;
  subtitle?: string | null;
  archived: boolean;
  highlights: { field: Field; parts: Piece[] }[];
}

interface Group {
  object: string;
  name?: Label | null;
  count: number;
}

interface Hits {
  items: Hit[];
  groups: Group[];
  next_cursor?: string | null;
  building: boolean;
}

const FIELDS = {
  codes: 'fieldCodes',
  phones: 'fieldPhones',
  names: 'fieldNames',
  text: 'fieldText',
} as const;

/** One box for numbers, names, phones, serial numbers and words. */
export function GlobalSearch() {
  const t = useMessages(shell);
  const navigate = useNavigate();
  const router = useRouter();
  const box = useRef<HTMLDivElement>(null);
  const input = useRef<InputRef>(null);
  const [typed, setTyped] = useState('');
  const [kind, setKind] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const q = useDebounced(typed.trim(), 200);
  const found = useInfiniteQuery({
    queryKey: ['search', q, kind],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      api.get<Hits>(
        '/api/v1/search',
        { q, ...(kind ? { kinds: kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        { signal },
      ),
    getNextPageParam: (page) => page.next_cursor ?? null,
    enabled: q.length > 0 && open,
    placeholderData: (before) => before,
  });
  useShortcut('/', () => input.current?.focus({ cursor: 'all' }));
  const pages = found.data?.pages ?? [];
  const known = (hit: Hit) => targetOf(hit.object, hit.id, hit.title).route in router.routesByPath;
  const hits = pages.flatMap((page) => page.items).filter(known);
  const groups = pages[0]?.groups ?? [];
  const names = new Map(groups.map((group) => [group.object, group.name]));
  const close = () => {
    setOpen(false);
    setKind(null);
  };
  const go = (hit: Hit | undefined) => {
    if (!hit) return;
    const target = targetOf(hit.object, hit.id, hit.title);
    close();
    setTyped('');
    void navigate({ to: target.to, ...(target.q ? { search: { q: target.q } } : {}) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') {
      if (at >= hits.length - 1 && found.hasNextPage) void found.fetchNextPage();
      setAt((old) => Math.min(old + 1, Math.max(hits.length - 1, 0)));
    } else if (event.key === 'ArrowUp') setAt((old) => Math.max(old - 1, 0));
    else if (event.key === 'Enter') go(hits[at]);
    else if (event.key === 'Escape') {
      close();
      input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const choose = (object: string | null) => {
    setKind(object);
    setAt(0);
    input.current?.focus();
  };
  const shown = open && q.length > 0;
  const total = groups.reduce((sum, group) => sum + group.count, 0);
  return (
    <div
      ref={box}
      className="shell-search"
      style={{ position: 'relative' }}
      role="search"
      aria-label={t('search')}
      onBlur={(event) => {
        if (!box.current?.contains(event.relatedTarget)) close();
      }}
    >
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
          setKind(null);
          setAt(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
      />
      {shown && (
        <div className="search-pop">
          {found.isError && <ErrorState error={found.error} />}
          {pages[0]?.building && <div className="search-note muted">{t('searchBuilding')}</div>}
          {groups.length > 1 && (
            <div className="search-kinds" role="group" aria-label={t('searchKinds')}>
              <button type="button" aria-pressed={kind === null} onClick={() => choose(null)}>
                {t('searchAll')} {total}
              </button>
              {groups.map((group) => (
                <button
                  key={group.object}
                  type="button"
                  aria-pressed={kind === group.object}
                  onClick={() => choose(group.object)}
                >
                  {kindName(group.object, group.name)} {group.count}
                </button>
              ))}
            </div>
          )}
          <div id="global-search-hits" role="listbox" aria-label={t('searchHits')}>
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
                <HitLine hit={hit} name={names.get(hit.object)} />
              </div>
            ))}
          </div>
          {found.hasNextPage && (
            <button
              type="button"
              className="search-more"
              disabled={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              {t('searchMore')}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function HitLine({ hit, name }: { hit: Hit; name: Label | null | undefined }) {
  const t = useMessages(shell);
  const title = hit.highlights.find((one) => one.field === 'title');
  // What already stands in the second line needs no third.
  const said = (parts: Piece[]) => parts.map((part) => part.text).join('');
  const why = hit.highlights.find((one) => one.field !== 'title' && !hit.title.includes(said(one.parts)));
  const inSubtitle = why !== undefined && hit.subtitle === said(why.parts);
  return (
    <>
      <span className="tag">{kindName(hit.object, name)}</span>{' '}
      {title ? <MarkedText pieces={wholeTitle(hit.title, title.parts)} /> : hit.title}
      {hit.archived && <span className="tag">{t('searchArchived')}</span>}
      {hit.subtitle && (
        <span className="muted"> · {inSubtitle ? <MarkedText pieces={why.parts} /> : hit.subtitle}</span>
      )}
      {why && !inSubtitle && why.field !== 'title' && (
        <div className="search-why muted">
          {t(FIELDS[why.field])} <MarkedText pieces={why.parts} />
        </div>
      )}
    </>
  );
}
