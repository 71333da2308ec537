/** The saved views of a list: switching, saving, sharing, what opens first, deleting with a way back. */
import { CheckOutlined, DownOutlined, ShareAltOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Dropdown } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { useRoles } from '@/shared/objects/queries';
import { useCan } from '@/shared/session';
import { viewsQuery, type SavedView, type ViewsProps } from '@/shared/ui/list_tools';
import { common } from '@/shared/ui/messages';
import './lists.css';
import { views as words } from './messages';
import { isChanged, searchOf, settingsOf } from '@/shared/ui/view_settings';

const ViewDialog = lazy(() => import('./view_dialog'));

/** What the dialog is open for. */
type Asking = { for: 'new' } | { for: 'rename' | 'share'; view: SavedView };

export default function Views({ list, search, defaultSort, onOpen }: ViewsProps) {
  const t = useMessages(words);
  const c = useMessages(common);
  const can = useCan();
  const roles = useRoles();
  const { message } = App.useApp();
  const { data } = useQuery(viewsQuery(list));
  const [asking, setAsking] = useState<Asking>();
  const [busy, setBusy] = useState(false);
  const all = data ?? [];
  const current = all.find((view) => view.id === search.view);
  const base = current?.settings ?? settingsOf({}, defaultSort);
  const changed = isChanged(search, base, defaultSort);
  const mayShare = can('views.share');
  const mayChange = current !== undefined && (current.shared ? mayShare : current.mine);
  const some = all.some((view) => view.default);

  const open = (view: SavedView | undefined) => {
    const parts = view ? searchOf(view.settings, defaultSort) : searchOf(settingsOf({}, defaultSort), defaultSort);
    // Without a name the address would open the default view again.
    onOpen({ ...parts, at: undefined, q: undefined, view: view?.id ?? (some ? 'all' : undefined) });
  };
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['view', 'list', list] });
  const attempt = async (step: () => Promise<void>) => {
    setBusy(true);
    try {
      await step();
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      await refresh();
      setBusy(false);
    }
  };

  const save = (view: SavedView) =>
    attempt(async () => {
      await api.patch(
        url('/api/v1/views/{id}', { id: view.id }),
        { settings: settingsOf(search, defaultSort) },
        { version: view.version },
      );
      void message.success(t('saved'));
    });
  const openFirst = (view: SavedView, first: boolean) =>
    attempt(async () => {
      await api.put(url('/api/v1/views/{id}/mine-default', { id: view.id }), { default: first });
      void message.success(c('saved'));
    });
  const remove = (view: SavedView) =>
    attempt(async () => {
      await api.delete(url('/api/v1/views/{id}', { id: view.id }), { version: view.version });
      onOpen({ view: some && !view.default ? 'all' : undefined });
      const { name, shared, roles: seenBy, default_for, settings } = view;
      const again = () =>
        attempt(async () => {
          message.destroy(view.id);
          const body = { list, name, shared, roles: seenBy, default_for, settings };
          const fresh = await api.post<SavedView>('/api/v1/views', body, { key: newKey() });
          if (view.mine && view.default && !view.default_for.some((role) => roles.includes(role)))
            await api.put(url('/api/v1/views/{id}/mine-default', { id: fresh.id }), { default: true });
          onOpen({ view: fresh.id });
        });
      void message.open({
        key: view.id,
        type: 'success',
        duration: 10,
        content: (
          <span>
            {t('removed', { name: view.name })}{' '}
            <Button size="small" type="link" onClick={() => void again()}>
              {c('undo')}
            </Button>
          </span>
        ),
      });
    });

  const entry = (view: SavedView) => ({
    key: view.id,
    icon: view.id === current?.id ? <CheckOutlined /> : <span className="view-gap" />,
    label: (
      <span>
        {view.name}
        {view.default && <span className="muted"> · {t('opensFirst')}</span>}
        {view.shared && !view.mine && <span className="muted"> · {t('by', { name: view.owner_name })}</span>}
        {view.shared && view.mine && <ShareAltOutlined className="view-mark" aria-label={t('shared')} />}
      </span>
    ),
    onClick: () => open(view),
  });
  const mine = all.filter((view) => view.mine);
  const others = all.filter((view) => !view.mine);
  const byRole = current?.default_for.some((role) => roles.includes(role)) === true;
  const items = [
    {
      key: 'all',
      icon: current === undefined ? <CheckOutlined /> : <span className="view-gap" />,
      label: t('all'),
      onClick: () => open(undefined),
    },
    ...(mine.length > 0 ? [{ key: 'mine', type: 'group' as const, label: t('mine'), children: mine.map(entry) }] : []),
    ...(others.length > 0
      ? [{ key: 'shared', type: 'group' as const, label: t('shared'), children: others.map(entry) }]
      : []),
    { key: 'line', type: 'divider' as const },
    ...(current && changed && mayChange ? [{ key: 'save', label: t('save'), onClick: () => void save(current) }] : []),
    ...(changed ? [{ key: 'back', label: t('back'), onClick: () => open(current) }] : []),
    { key: 'save_as', label: `${t('saveAs')}…`, onClick: () => setAsking({ for: 'new' }) },
    ...(current && mayChange
      ? [{ key: 'rename', label: `${t('rename')}…`, onClick: () => setAsking({ for: 'rename', view: current }) }]
      : []),
    ...(current && mayShare && (current.mine || current.shared)
      ? [{ key: 'share', label: `${t('share')}…`, onClick: () => setAsking({ for: 'share', view: current }) }]
      : []),
    ...(current === undefined
      ? []
      : current.default && byRole
        ? [{ key: 'first', label: t('roleDefault'), disabled: true }]
        : [
            {
              key: 'first',
              label: t(current.default ? 'unsetDefault' : 'setDefault'),
              onClick: () => void openFirst(current, !current.default),
            },
          ]),
    ...(current && mayChange
      ? [{ key: 'remove', label: t('remove'), danger: true, onClick: () => void remove(current) }]
      : []),
  ];
  const name = current?.name ?? t('all');
  return (
    <div className="view-switch">
      <Dropdown trigger={['click']} menu={{ items, className: 'view-menu' }}>
        <Button icon={<UnorderedListOutlined />} loading={busy} title={t('choose')} aria-haspopup="menu">
          <span className="view-name">
            <span className="visually-hidden">{t('view', { name: '' })}</span>
            {name}
          </span>
          <DownOutlined aria-hidden="true" />
        </Button>
      </Dropdown>
      {changed && (
        <>
          <span className="tag tag-waiting" role="status">
            {t('changed')}
          </span>
          {current && mayChange ? (
            <Button size="small" type="link" onClick={() => void save(current)}>
              {t('save')}
            </Button>
          ) : (
            <Button size="small" type="link" onClick={() => setAsking({ for: 'new' })}>
              {t('saveAs')}
            </Button>
          )}
        </>
      )}
      {asking && (
        <Suspense fallback={null}>
          <ViewDialog
            list={list}
            view={asking.for === 'new' ? undefined : asking.view}
            shares={asking.for === 'share' || (asking.for === 'new' && mayShare)}
            settings={settingsOf(search, defaultSort)}
            onClose={() => setAsking(undefined)}
            onSaved={(saved) => {
              setAsking(undefined);
              void refresh().then(() => asking.for === 'new' && onOpen({ view: saved.id }));
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
