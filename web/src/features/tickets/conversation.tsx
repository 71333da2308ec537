import { PaperClipOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { App, Button, Input, Segmented, Skeleton, Tabs } from 'antd';
import { useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Page } from '@/shared/api/types';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { Timeline, type HistoryEvent } from '@/shared/history/timeline';
import { useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { TimeText } from '@/shared/ui/texts';
import type { StoredFile } from '@/shared/ui/uploader';
import { tickets } from './messages';
import type { Message, TicketDetail } from './model';

const SAID: Readonly<Record<string, Message['kind']>> = {
  'ticket.noted': 'note',
  'ticket.replied': 'reply',
  'ticket.customer_wrote': 'customer',
};

function Said({ kind, body, files }: { kind: Message['kind']; body: string; files: readonly string[] }) {
  const c = useMessages(common);
  return (
    <>
      <div className={`bubble bubble-${kind} prewrap`}>{body}</div>
      {files.map((file, index) => (
        <a
          key={file}
          href={`/api/v1/files/${file}/content`}
          target="_blank"
          rel="noreferrer"
          style={{ marginRight: 8 }}
        >
          <PaperClipOutlined aria-hidden="true" /> {c('uploads')} {index + 1}
        </a>
      ))}
    </>
  );
}

/** What was said stands in the timeline in full, between the other things that happened. */
function saidIn(event: HistoryEvent) {
  const kind = SAID[event.kind];
  const data = event.data as { body?: unknown; file_ids?: unknown } | null;
  if (!kind || typeof data?.body !== 'string') return undefined;
  return <Said kind={kind} body={data.body} files={Array.isArray(data.file_ids) ? data.file_ids.map(String) : []} />;
}

/** What is said about the ticket and everything that happened to it, with the place to write. */
export function Conversation({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const [mode, setMode] = useState<'replies' | 'notes'>(can('tickets.reply') ? 'replies' : 'notes');
  const [body, setBody] = useState('');
  const [files, setFiles] = useState<StoredFile[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef(newKey());
  const picker = useRef<HTMLInputElement>(null);
  useUnsavedGuard(body.trim() !== '');
  const path = url('/api/v1/tickets/{id}', { id: ticket.id });
  const messages = useQuery({
    queryKey: ['ticket', 'messages', ticket.id],
    queryFn: async ({ signal }) => {
      const answer = await api.get<Page<Message> | Message[]>(`${path}/messages`, { limit: 200 }, { signal });
      return (Array.isArray(answer) ? answer : answer.items).toSorted((a, b) =>
        b.created_at.localeCompare(a.created_at),
      );
    },
  });
  const send = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.post(
        `${path}/${mode}`,
        { body: body.trim(), file_ids: files.map((file) => file.id) },
        { key: key.current },
      );
      key.current = newKey();
      setBody('');
      setFiles([]);
      void message.success(c('saved'));
      void queryClient.invalidateQueries({ queryKey: ['ticket'] });
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  const attach = async (picked: readonly File[]) => {
    for (const file of picked) {
      try {
        const form = new FormData();
        form.append('file', file, file.name);
        const stored = await api.post<StoredFile>('/api/v1/files', form);
        setFiles((old) => [...old, stored]);
      } catch (caught) {
        setError(caught);
      }
    }
  };
  const choicesOfMode = [
    ...(can('tickets.reply') ? [{ value: 'replies' as const, label: t('reply') }] : []),
    ...(can('tickets.update') ? [{ value: 'notes' as const, label: t('note') }] : []),
  ];
  return (
    <Panel title={t('conversation')}>
      {choicesOfMode.length > 0 && (
        <div className="stack no-print" style={{ gap: 8, marginBottom: 12 }}>
          <div className="row">
            <Segmented options={choicesOfMode} value={mode} onChange={setMode} />
            <span className="muted">{t(mode === 'replies' ? 'replyHint' : 'noteHint')}</span>
          </div>
          {error !== undefined && <ErrorState error={error} />}
          <Input.TextArea
            aria-label={t(mode === 'replies' ? 'reply' : 'note')}
            placeholder={t('typeMessage')}
            value={body}
            maxLength={20_000}
            autoSize={{ minRows: 2, maxRows: 12 }}
            onChange={(event) => setBody(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && body.trim()) void send();
            }}
          />
          <div className="row-between">
            <span className="row">
              <Button size="small" icon={<PaperClipOutlined />} onClick={() => picker.current?.click()}>
                {c('upload')}
              </Button>
              <input
                ref={picker}
                type="file"
                multiple
                hidden
                onChange={(event) => {
                  void attach([...(event.target.files ?? [])]);
                  event.target.value = '';
                }}
              />
              {files.map((file) => (
                <span key={file.id} className="tag">
                  {file.name}
                </span>
              ))}
            </span>
            <Button type="primary" loading={busy} disabled={body.trim() === ''} onClick={() => void send()}>
              {t(mode === 'replies' ? 'send' : 'sendNote')}
            </Button>
          </div>
        </div>
      )}
      <Tabs
        items={[
          {
            key: 'timeline',
            label: t('timeline'),
            children: <Timeline object="ticket" path={`${path}/timeline`} body={saidIn} />,
          },
          {
            key: 'messages',
            label: `${t('messages')}${messages.data ? ` ${messages.data.length}` : ''}`,
            children: messages.isPending ? (
              <Skeleton active />
            ) : messages.isError ? (
              <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
            ) : (
              <ol className="timeline">
                {messages.data.map((item) => (
                  <li key={item.id}>
                    <div className="row-between">
                      <span>
                        <strong>{item.author_name}</strong>{' '}
                        <span className="muted">
                          {item.kind === 'note' ? t('note') : item.kind === 'reply' ? t('reply') : c('customerActor')}
                        </span>
                      </span>
                      <TimeText at={item.created_at} />
                    </div>
                    <Said kind={item.kind} body={item.body} files={item.file_ids} />
                  </li>
                ))}
              </ol>
            ),
          },
        ]}
      />
    </Panel>
  );
}
