import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, App, Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Condition } from '@/shared/conditions';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useOwnList } from '@/shared/own_fields/own_list';
import { RefText } from '@/shared/records/ref_text';
import { useCan, useSession } from '@/shared/session';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ListPage } from '@/shared/ui/list_page';
import type { ListSearch } from '@/shared/ui/list_search';
import { ChoiceText, DueText, StatusTag, TimeText } from '@/shared/ui/texts';
import { tickets } from './messages';
import { ticketFilters, type Ticket } from './model';

const PickDialog = lazy(() => import('./pick_dialog'));

type BulkAction = 'close' | 'cancel' | 'assign';

const UNFINISHED: Condition = { field: 'status_category', op: 'in', value: ['new', 'open', 'waiting'] };

export default function TicketsPage() {
  const t = useMessages(tickets);
  const session = useSession();
  const can = useCan();
  const navigate = useNavigate();
  const { message, modal } = App.useApp();
  const search = useSearch({ strict: false }) as ListSearch;
  const [asking, setAsking] = useState<{ action: BulkAction; rows: Ticket[]; done: () => void }>();

  const runAll = async (action: BulkAction, rows: Ticket[], body?: object) => {
    let ok = 0;
    const refused: { number: string; why: string }[] = [];
    for (const row of rows) {
      try {
        await api.post(url(`/api/v1/tickets/{id}/${action}`, { id: row.id }), body, { version: row.version });
        ok += 1;
      } catch (error) {
        refused.push({ number: row.number, why: problemText(error) });
      }
    }
    await queryClient.invalidateQueries({ queryKey: ['ticket'] });
    if (refused.length === 0) {
      void message.success(t('bulkDone', { ok }));
      return;
    }
    void modal.warning({
      title: t('bulkRefused', { ok, bad: refused.length }),
      content: (
        <ul className="plain-list">
          {refused.map((one) => (
            <li key={one.number}>
              <strong className="number">{one.number}</strong> {one.why}
            </li>
          ))}
        </ul>
      ),
    });
  };

  const behind = search.kpi;
  const own = useOwnList<Ticket>('ticket');
  return (
    <>
      <ListPage<Ticket>
        title={t('title')}
        object="ticket"
        path={behind ? url('/api/v1/kpis/{kpi}/tickets', { kpi: behind }) : '/api/v1/tickets'}
        plain={behind !== undefined}
        query={behind ? { from: search.from, to: search.to, group: search.group, part: search.part } : {}}
        searchHint={t('search')}
        filters={behind ? [] : [...ticketFilters, ...own.filters]}
        choose="tickets"
        sorts={[
          { value: '-created_at', label: { zh: '最新创建', en: 'Newest' } },
          { value: 'resolution_due_at', label: { zh: '解决时限', en: 'Solution due' } },
          { value: '-updated_at', label: { zh: '最近更新', en: 'Last change' } },
        ]}
        defaultSort="-created_at"
        {...(behind
          ? {}
          : {
              presets: [
                { label: { zh: '未完成', en: 'Unfinished' }, filter: UNFINISHED },
                { label: { zh: '待受理', en: 'New' }, filter: { field: 'status', op: 'in', value: ['new'] } },
                {
                  label: { zh: '我负责的', en: 'Mine' },
                  filter: { all: [{ field: 'assignee_id', op: 'in', value: [session.user.id] }, UNFINISHED] },
                },
                {
                  label: { zh: '已超时', en: 'Overdue' },
                  filter: { all: [UNFINISHED, { field: 'resolution_due_at', op: 'lt', value: { now: 'PT0S' } }] },
                },
              ],
            })}
        above={
          behind && (
            <Alert
              style={{ marginBottom: 12 }}
              type="info"
              showIcon
              title={t('behind', { kpi: behind })}
              action={
                <Button size="small" onClick={() => void navigate({ to: '/tickets', search: {} })}>
                  {t('leaveBehind')}
                </Button>
              }
            />
          )
        }
        create={{ label: t('create'), permission: 'tickets.create', onClick: () => void navigate({ to: '/intake' }) }}
        onOpen={(row) => void navigate({ to: '/tickets/$id', params: { id: row.id } })}
        emptyTitle={t('emptyTitle')}
        emptyHint={t('emptyHint')}
        {...(can('tickets.close') || can('tickets.assign')
          ? {
              bulk: (rows: Ticket[], done: () => void) => (
                <>
                  {can('tickets.assign') && (
                    <Button size="small" onClick={() => setAsking({ action: 'assign', rows, done })}>
                      {t('assignAll')}
                    </Button>
                  )}
                  {can('tickets.close') && (
                    <>
                      <Button size="small" onClick={() => setAsking({ action: 'close', rows, done })}>
                        {t('closeAll')}
                      </Button>
                      <Button size="small" danger onClick={() => setAsking({ action: 'cancel', rows, done })}>
                        {t('cancelAll')}
                      </Button>
                    </>
                  )}
                </>
              ),
            }
          : {})}
        columns={[
          {
            key: 'number',
            title: { zh: '编号', en: 'Number' },
            width: 150,
            render: (row) => (
              <Link to="/tickets/$id" params={{ id: row.id }} className="nowrap">
                {row.number}
              </Link>
            ),
          },
          {
            key: 'title',
            title: { zh: '标题', en: 'Title' },
            render: (row) => <span style={{ overflowWrap: 'anywhere' }}>{row.title}</span>,
          },
          {
            key: 'status',
            title: { zh: '状态', en: 'Status' },
            width: 90,
            render: (row) => <StatusTag of={choices.ticketStatus} value={row.status} />,
          },
          {
            key: 'priority',
            title: { zh: '优先级', en: 'Priority' },
            width: 90,
            render: (row) => <StatusTag of={choices.priority} value={row.priority} />,
          },
          {
            key: 'type',
            title: { zh: '类型', en: 'Type' },
            width: 80,
            wide: true,
            render: (row) => <ChoiceText of={choices.ticketType} value={row.type} />,
          },
          {
            key: 'customer',
            title: { zh: '客户', en: 'Customer' },
            render: (row) => <RefText of="customer" id={row.customer_id} />,
          },
          {
            key: 'engineer',
            title: { zh: '工程师', en: 'Engineer' },
            width: 110,
            render: (row) => <RefText of="engineer" id={row.engineer_id} />,
          },
          {
            key: 'due',
            title: { zh: '解决时限', en: 'Solution due' },
            sort: 'resolution_due_at',
            width: 150,
            render: (row) => (
              <DueText at={row.resolution_due_at} met={!['new', 'open'].includes(row.status_category)} />
            ),
          },
          {
            key: 'created_at',
            title: { zh: '创建时间', en: 'Created' },
            sort: 'created_at',
            width: 120,
            wide: true,
            render: (row) => <TimeText at={row.created_at} />,
          },
          ...own.columns,
        ]}
      />
      <ConfirmAction
        open={asking !== undefined && asking.action !== 'assign'}
        title={t(asking?.action === 'close' ? 'closeAll' : 'cancelAll')}
        text={t(asking?.action === 'close' ? 'closeAllText' : 'cancelAllText', { n: asking?.rows.length ?? 0 })}
        reason={asking?.action === 'cancel'}
        danger={asking?.action === 'cancel'}
        onClose={() => setAsking(undefined)}
        onConfirm={async (reason) => {
          if (asking) {
            await runAll(asking.action, asking.rows, asking.action === 'cancel' ? { reason } : undefined);
            asking.done();
          }
        }}
      />
      {asking?.action === 'assign' && (
        <Suspense fallback={null}>
          <PickDialog
            open
            title={t('assignAll')}
            text={t('assignAllText', { n: asking.rows.length })}
            of="engineer"
            onClose={() => setAsking(undefined)}
            onPick={async (engineer) => {
              await runAll('assign', asking.rows, { engineer_id: engineer });
              asking.done();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
