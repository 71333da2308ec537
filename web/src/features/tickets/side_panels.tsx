import { CopyOutlined, DeleteOutlined, PaperClipOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Page, Stored } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { choices, useOptions } from '@/shared/labels';
import { RefText } from '@/shared/records/ref_text';
import { useCan, useSession } from '@/shared/session';
import { formatTime } from '@/shared/time';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { copyText } from '@/shared/ui/copy_text';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { ChoiceText, MoneyText, StatusTag, TimeText } from '@/shared/ui/texts';
import { fileSize, Uploader } from '@/shared/ui/uploader';
import { tickets } from './messages';
import type { TicketDetail } from './model';

const l = (zh: string, en: string): Label => ({ zh, en });
const refresh = () => queryClient.invalidateQueries({ queryKey: ['ticket'] });
const listOf = <T,>(answer: Page<T> | T[]): T[] => (Array.isArray(answer) ? answer : answer.items);

interface QuoteRow extends Stored {
  number: string;
  status: string;
  total_minor: number;
  currency: string;
}

export function QuotesPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const filter = JSON.stringify({ field: 'ticket_id', op: 'in', value: [ticket.id] });
  const quotes = useQuery({
    queryKey: ['quote', 'ticket', ticket.id],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<QuoteRow>>('/api/v1/quotes', { filter, limit: 20 }, { signal })),
  });
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    try {
      await api.post(
        url('/api/v1/tickets/{id}/quotes', { id: ticket.id }),
        { auto: true, lines: [] },
        { key: newKey() },
      );
      await queryClient.invalidateQueries({ queryKey: ['quote'] });
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Panel
      title={t('quotes')}
      extra={
        <ActionButton
          size="small"
          icon={<PlusOutlined />}
          loading={busy}
          blocked={can('quotes.update') ? undefined : c('noPermission')}
          onClick={() => void create()}
        >
          {t('newQuote')}
        </ActionButton>
      }
    >
      {quotes.isError && <ErrorState error={quotes.error} onRetry={() => void quotes.refetch()} />}
      {quotes.data?.length === 0 && <p className="muted">{t('noQuotes')}</p>}
      <ul className="plain-list">
        {quotes.data?.map((quote) => (
          <li key={quote.id} className="row-between">
            <Link to="/quotes/$id" params={{ id: quote.id }}>
              {quote.number}
            </Link>
            <span className="row">
              <MoneyText minor={quote.total_minor} currency={quote.currency} />
              <StatusTag of={choices.quoteStatus} value={quote.status} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface SurveyRow extends Stored {
  csat?: number | null;
  nps?: number | null;
  comment?: string | null;
  answered_at?: string | null;
  sent_at?: string | null;
  channel?: string | null;
}

const surveyFields: readonly FieldSpec[] = [
  { name: 'csat', label: l('满意度（1–5）', 'CSAT (1–5)'), kind: 'integer', min: 1, max: 5, half: true },
  { name: 'nps', label: l('推荐度（0–10）', 'NPS (0–10)'), kind: 'integer', min: 0, max: 10, half: true },
  { name: 'comment', label: l('客户意见', 'Comment'), kind: 'longtext', max: 2000 },
];

export function SurveyPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const [open, setOpen] = useState(false);
  const filter = JSON.stringify({ field: 'ticket_id', op: 'in', value: [ticket.id] });
  const surveys = useQuery({
    queryKey: ['survey', 'ticket', ticket.id],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<SurveyRow>>('/api/v1/surveys', { filter, limit: 10 }, { signal })),
  });
  const answered = surveys.data?.find((row) => row.answered_at);
  return (
    <Panel
      title={t('survey')}
      extra={
        !answered && (
          <ActionButton
            size="small"
            blocked={
              !can('tickets.update')
                ? c('noPermission')
                : ['resolved', 'closed'].includes(ticket.status)
                  ? undefined
                  : t('finished')
            }
            onClick={() => setOpen(true)}
          >
            {t('askSurvey')}
          </ActionButton>
        )
      }
    >
      {surveys.isError && <ErrorState error={surveys.error} onRetry={() => void surveys.refetch()} />}
      {answered ? (
        <>
          <p>
            {t('csat')}: <strong>{answered.csat ?? '—'}</strong> · {t('nps')}: <strong>{answered.nps ?? '—'}</strong>
          </p>
          {answered.comment && <p className="prewrap">{answered.comment}</p>}
          <p className="muted">
            <ChoiceText of={choices.surveyChannel} value={answered.channel} /> · <TimeText at={answered.answered_at} />
          </p>
        </>
      ) : (
        <p className="muted">{t('noSurvey')}</p>
      )}
      <FormDrawer
        open={open}
        title={t('askSurvey')}
        fields={surveyFields}
        path={url('/api/v1/tickets/{id}/survey', { id: ticket.id })}
        onClose={() => setOpen(false)}
        onSaved={() => void queryClient.invalidateQueries({ queryKey: ['survey'] })}
      />
    </Panel>
  );
}

interface CustomerLink extends Stored {
  purpose: string;
  expires_at: string;
  revoked_at?: string | null;
  last_used_at?: string | null;
  url?: string;
  qr_svg?: string;
}

export function LinksPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  const can = useCan();
  const { message } = App.useApp();
  const options = useOptions(choices.linkPurpose);
  const [purpose, setPurpose] = useState('track');
  const [made, setMade] = useState<CustomerLink>();
  const [revoking, setRevoking] = useState<CustomerLink>();
  const [busy, setBusy] = useState(false);
  const path = url('/api/v1/tickets/{id}/customer-links', { id: ticket.id });
  const links = useQuery({
    queryKey: ['link', 'ticket', ticket.id],
    queryFn: async ({ signal }) =>
      listOf(await api.get<Page<CustomerLink> | CustomerLink[]>(path, undefined, { signal })),
  });
  const create = async () => {
    setBusy(true);
    try {
      setMade(await api.post<CustomerLink>(path, { purpose }, { key: newKey() }));
      await queryClient.invalidateQueries({ queryKey: ['link'] });
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const allowed = can('tickets.reply');
  return (
    <Panel title={t('customerLinks')}>
      <p className="muted">{t('linkText')}</p>
      <div className="row" style={{ margin: '8px 0' }}>
        <Select
          size="small"
          aria-label={t('linkPurpose')}
          value={purpose}
          options={options}
          onChange={setPurpose}
          style={{ minWidth: 110 }}
        />
        <ActionButton
          size="small"
          type="primary"
          loading={busy}
          blocked={allowed ? undefined : c('noPermission')}
          onClick={() => void create()}
        >
          {t('newLink')}
        </ActionButton>
      </div>
      {links.isError && <ErrorState error={links.error} onRetry={() => void links.refetch()} />}
      <ul className="plain-list">
        {links.data
          ?.filter((link) => !link.revoked_at)
          .map((link) => (
            <li key={link.id} className="row-between">
              <span>
                <ChoiceText of={choices.linkPurpose} value={link.purpose} />{' '}
                <span className="muted">{t('expires', { date: formatTime(link.expires_at) })}</span>
              </span>
              {allowed && (
                <Button size="small" type="text" onClick={() => setRevoking(link)}>
                  {t('revoke')}
                </Button>
              )}
            </li>
          ))}
      </ul>
      <Modal
        open={made !== undefined}
        title={t('customerLinks')}
        footer={null}
        onCancel={() => setMade(undefined)}
        destroyOnHidden
      >
        {made && (
          <div className="stack" style={{ alignItems: 'center' }}>
            <p>{t('linkOnce')}</p>
            {made.qr_svg && (
              <img
                alt={made.url ?? ''}
                width="200"
                height="200"
                style={{ background: '#fff' }}
                src={`data:image/svg+xml;utf8,${encodeURIComponent(made.qr_svg)}`}
              />
            )}
            <code style={{ overflowWrap: 'anywhere' }}>{made.url}</code>
            <Button
              type="primary"
              icon={<CopyOutlined />}
              onClick={() => void copyText(made.url ?? '').then(() => message.success(c('copied')))}
            >
              {c('copy')}
            </Button>
          </div>
        )}
      </Modal>
      <ConfirmAction
        open={revoking !== undefined}
        title={t('revoke')}
        text={t('revokeText')}
        danger
        onClose={() => setRevoking(undefined)}
        onConfirm={async () => {
          if (revoking) await api.delete(`${path}/${revoking.id}`, { version: revoking.version });
          await queryClient.invalidateQueries({ queryKey: ['link'] });
        }}
      />
    </Panel>
  );
}

export function AttachmentsPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const can = useCan();
  const { message } = App.useApp();
  const path = url('/api/v1/tickets/{id}/attachments', { id: ticket.id });
  const remove = async (id: string) => {
    try {
      await api.delete(`${path}/${id}`);
      await refresh();
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <Panel title={t('attachments')}>
      {ticket.attachments.length === 0 && <p className="muted">{t('noAttachments')}</p>}
      <ul className="plain-list">
        {ticket.attachments.map((file) => (
          <li key={file.id} className="row-between">
            <a
              href={`/api/v1/files/${file.file_id}/content`}
              target="_blank"
              rel="noreferrer"
              className="grow"
              style={{ overflowWrap: 'anywhere' }}
            >
              <PaperClipOutlined aria-hidden="true" /> {file.name} <span className="muted">{fileSize(file.size)}</span>
            </a>
            {can('tickets.update') && (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={`${t('removeFile')} ${file.name}`}
                onClick={() => void remove(file.id)}
              />
            )}
          </li>
        ))}
      </ul>
      {can('tickets.update') && (
        <Uploader
          onStored={async (file) => {
            await api.post(path, { file_id: file.id }, { key: newKey() });
            await refresh();
          }}
        />
      )}
    </Panel>
  );
}

export function PeoplePanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const session = useSession();
  const { message } = App.useApp();
  const following = ticket.followers.some((one) => one.user_id === session.user.id);
  const path = url('/api/v1/tickets/{id}/followers', { id: ticket.id });
  const toggle = async () => {
    try {
      if (following) await api.delete(`${path}/${session.user.id}`);
      else await api.post(path, {}, { key: newKey() });
      await refresh();
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <Panel
      title={t('followers')}
      extra={
        <Button size="small" onClick={() => void toggle()}>
          {t(following ? 'unfollow' : 'follow')}
        </Button>
      }
    >
      <div className="row">
        {ticket.followers.map((one) => (
          <span key={one.user_id} className="tag">
            {one.user_id === session.user.id ? session.user.name : <RefText of="user" id={one.user_id} />}
          </span>
        ))}
      </div>
    </Panel>
  );
}

const linkFields: readonly FieldSpec[] = [
  { name: 'ticket_id', label: l('工单', 'Ticket'), kind: 'relation', of: 'ticket', required: true },
  { name: 'kind', label: l('关系', 'Relation'), kind: 'choice', choices: choices.linkKind, required: true },
];

export function LinkedPanel({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(tickets);
  const can = useCan();
  const { message } = App.useApp();
  const [open, setOpen] = useState(false);
  const path = url('/api/v1/tickets/{id}/links', { id: ticket.id });
  const unlink = async (id: string) => {
    try {
      await api.delete(`${path}/${id}`);
      await refresh();
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  const rows = [
    ...(ticket.merged_into_id ? [{ id: 'merged', other: ticket.merged_into_id, words: t('mergedInto') }] : []),
    ...(ticket.split_from_id ? [{ id: 'split', other: ticket.split_from_id, words: t('splitFrom') }] : []),
  ];
  return (
    <Panel
      title={t('linked')}
      extra={
        can('tickets.update') && (
          <Button size="small" icon={<PlusOutlined />} onClick={() => setOpen(true)}>
            {t('link')}
          </Button>
        )
      }
    >
      <ul className="plain-list">
        {rows.map((row) => (
          <li key={row.id}>
            {row.words} <RefText of="ticket" id={row.other} />
          </li>
        ))}
        {ticket.links.map((link) => (
          <li key={link.id} className="row-between">
            <span>
              <ChoiceText of={choices.linkKind} value={link.kind} />{' '}
              <RefText of="ticket" id={link.from_id === ticket.id ? link.to_id : link.from_id} />
            </span>
            {can('tickets.update') && (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t('unlink')}
                onClick={() => void unlink(link.id)}
              />
            )}
          </li>
        ))}
      </ul>
      <FormDrawer
        open={open}
        title={t('link')}
        fields={linkFields}
        initial={{ kind: 'related' }}
        path={path}
        onClose={() => setOpen(false)}
        onSaved={() => void refresh()}
      />
    </Panel>
  );
}
