import type { components } from '@/shared/api/schema';
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ListPage } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { ChoiceText, StatusTag, TimeText } from '@/shared/ui/texts';
import { settings } from './messages';

type Message = components['schemas']['OutboxMessage'];

export default function OutboxSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  const retry = async (row: Message) => {
    try {
      await api.post(`/api/v1/outbox/${row.id}/retry`, undefined, { version: row.version });
      void message.success(c('done'));
      await queryClient.invalidateQueries({ queryKey: ['outbox'] });
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <ListPage<Message>
      title={t('outbox')}
      object="outbox"
      path="/api/v1/outbox"
      emptyTitle={t('noOutbox')}
      filters={[
        { id: 'kind', label: { zh: '渠道', en: 'channel' }, type: 'choice', choices: choices.messageKind },
        { id: 'state', label: { zh: '状态', en: 'state' }, type: 'choice', choices: choices.messageState },
        { id: 'recipient', label: { zh: '接收人', en: 'recipient' }, type: 'text' },
        { id: 'subject', label: { zh: '主题', en: 'subject' }, type: 'text' },
        { id: 'created_at', label: { zh: '创建时间', en: 'created' }, type: 'time' },
      ]}
      presets={[
        { label: { zh: '失败', en: 'Failed' }, filter: { field: 'state', op: 'in', value: ['failed', 'no_channel'] } },
      ]}
      columns={[
        { key: 'subject', title: { zh: '主题', en: 'Subject' }, render: (row) => <strong>{row.subject}</strong> },
        {
          key: 'kind',
          title: { zh: '渠道', en: 'Channel' },
          width: 100,
          render: (row) => <ChoiceText of={choices.messageKind} value={row.kind} />,
        },
        { key: 'recipient', title: { zh: '接收人', en: 'Recipient' }, render: (row) => row.recipient },
        {
          key: 'state',
          title: { zh: '状态', en: 'State' },
          width: 110,
          render: (row) => <StatusTag of={choices.messageState} value={row.state} />,
        },
        {
          key: 'error',
          title: { zh: '最近错误', en: 'Last error' },
          wide: true,
          render: (row) => row.last_error ?? '—',
        },
        {
          key: 'ticket',
          title: { zh: '工单', en: 'Ticket' },
          width: 80,
          render: (row) =>
            row.ticket_id ? (
              <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
                {c('open')}
              </Link>
            ) : (
              '—'
            ),
        },
        {
          key: 'at',
          title: { zh: '时间', en: 'Time' },
          sort: 'created_at',
          width: 130,
          render: (row) => <TimeText at={row.sent_at ?? row.created_at} />,
        },
        {
          key: 'actions',
          title: { zh: '操作', en: 'Actions' },
          width: 90,
          render: (row) =>
            ['failed', 'no_channel'].includes(row.state) ? (
              <Button size="small" onClick={() => void retry(row)}>
                {t('retry')}
              </Button>
            ) : null,
        },
      ]}
    />
  );
}
