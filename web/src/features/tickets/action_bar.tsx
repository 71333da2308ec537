import { EllipsisOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Tooltip, type MenuProps } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { CLOSING_ZH } from '@/shared/api/codes';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useLocale, useMessages, type Label } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { ALL_ACTIONS, blockOf, nextActions, UNDOABLE, type TicketAction } from './actions';
import { tickets } from './messages';
import type { Ticket, TicketDetail } from './model';
import PickDialog from './pick_dialog';

const l = (zh: string, en: string): Label => ({ zh, en });

const FORMS: Partial<Record<TicketAction, readonly FieldSpec[]>> = {
  wait: [
    {
      name: 'reason',
      label: l('挂起原因', 'Waiting for'),
      kind: 'choice',
      choices: choices.waitReason,
      required: true,
    },
    { name: 'until', label: l('预计恢复时间', 'Expected until'), kind: 'time' },
    { name: 'note', label: l('说明', 'Note'), kind: 'longtext', max: 2000 },
  ],
  resolve: [
    { name: 'resolution', label: l('解决方案', 'Solution'), kind: 'longtext', required: true },
    { name: 'cause_code', label: l('故障原因', 'Cause'), kind: 'text', half: true },
    { name: 'action_code', label: l('处理措施', 'Action taken'), kind: 'text', half: true },
  ],
  split: [
    { name: 'title', label: l('新工单标题', 'Title of the new ticket'), kind: 'text', required: true },
    { name: 'description', label: l('故障描述', 'Description'), kind: 'longtext' },
    { name: 'type', label: l('类型', 'Type'), kind: 'choice', choices: choices.ticketType, half: true },
    { name: 'priority', label: l('优先级', 'Priority'), kind: 'choice', choices: choices.priority, half: true },
  ],
};

const WITH_REASON: readonly TicketAction[] = ['decline', 'reopen', 'cancel'];

/** Says what is missing, and lets the missing settlement be excused with a reason. */
function CloseDialog({
  ticket,
  open,
  onClose,
  onDone,
}: {
  ticket: Ticket;
  open: boolean;
  onClose: () => void;
  onDone: () => Promise<void>;
}) {
  const t = useMessages(tickets);
  const locale = useLocale();
  const can = useCan();
  const [excusing, setExcusing] = useState(false);
  const unmet = useQuery({
    queryKey: ['ticket', 'closing', ticket.id, ticket.version],
    queryFn: async ({ signal }) => {
      const answer = await api.get<
        { code: string; message: string }[] | { items?: unknown[]; unmet?: { code: string; message: string }[] }
      >(url('/api/v1/tickets/{id}/closing-conditions', { id: ticket.id }), undefined, { signal });
      return Array.isArray(answer)
        ? answer
        : (answer.unmet ?? ((answer.items ?? []) as { code: string; message: string }[]));
    },
    enabled: open,
  });
  const missing = unmet.data ?? [];
  return (
    <>
      <ConfirmAction
        open={open && !excusing}
        title={t('close')}
        onClose={onClose}
        onConfirm={onDone}
        text={
          missing.length > 0 ? (
            <>
              <strong>{t('closeConditions')}</strong>
              <ul>
                {missing.map((item) => (
                  <li key={item.code + item.message}>
                    {locale === 'en' ? item.message : (CLOSING_ZH[item.code] ?? item.message)}
                  </li>
                ))}
              </ul>
              {missing.some((item) => item.code === 'settlement_missing') && can('quotes.update') && (
                <Button onClick={() => setExcusing(true)}>{t('excuseSettlement')}</Button>
              )}
            </>
          ) : undefined
        }
      />
      <ConfirmAction
        open={excusing}
        title={t('excuseSettlement')}
        text={t('excuseSettlementText')}
        reason
        onClose={() => setExcusing(false)}
        onConfirm={async (reason) => {
          await api.post(
            url('/api/v1/tickets/{id}/settlement-excuse', { id: ticket.id }),
            { reason },
            { key: newKey() },
          );
          await unmet.refetch();
        }}
      />
    </>
  );
}

/** The ticket's actions: the next ones in front, all in the menu, impossible ones with their reason. */
export function ActionBar({ ticket, onEdit }: { ticket: TicketDetail; onEdit: () => void }) {
  const t = useMessages(tickets);
  const c = useMessages(common);
  useLocale();
  const can = useCan();
  const navigate = useNavigate();
  const { notification, message } = App.useApp();
  const [asking, setAsking] = useState<TicketAction>();
  const [busy, setBusy] = useState<TicketAction>();
  const path = url('/api/v1/tickets/{id}', { id: ticket.id });

  const refresh = () => queryClient.invalidateQueries({ queryKey: ['ticket'] });
  const offerUndo = (action: TicketAction, saved: Ticket | undefined) => {
    const key = `done-${ticket.id}`;
    if (!UNDOABLE.includes(action) || !saved?.version) return void message.success(c('done'));
    notification.success({
      key,
      placement: 'bottomLeft',
      duration: 8,
      title: t('undoHint', { action: t(action) }),
      actions: (
        <Button
          size="small"
          onClick={() => {
            notification.destroy(key);
            api
              .post(`${path}/undo`, undefined, { version: saved.version })
              .then(() => message.success(t('undone')))
              .catch((error: unknown) => message.error(problemText(error)))
              .finally(() => void refresh());
          }}
        >
          {t('undo')}
        </Button>
      ),
    });
  };
  const send = async (action: TicketAction, body?: unknown) => {
    const saved = await api.post<Ticket>(`${path}/${action}`, body, {
      version: ticket.version,
      ...(action === 'split' ? { key: newKey() } : {}),
    });
    await refresh();
    if (action !== 'split') offerUndo(action, saved);
    return saved;
  };
  const run = (action: TicketAction) => {
    if (action in FORMS || WITH_REASON.includes(action) || ['assign', 'merge', 'close'].includes(action))
      return setAsking(action);
    setBusy(action);
    send(action)
      .catch((error: unknown) => void message.error(problemText(error)))
      .finally(() => setBusy(undefined));
  };
  const why = (action: TicketAction): string | undefined => {
    const block = blockOf(action, ticket.status, can);
    if (block === 'permission') return c('noPermission');
    return block
      ? t('cannot', { status: choiceText(choices.ticketStatus, ticket.status), action: t(action) })
      : undefined;
  };
  const front = nextActions(ticket.status);
  const items: MenuProps['items'] = ALL_ACTIONS.filter((action) => !front.includes(action)).map((action) => {
    const reason = why(action);
    return {
      key: action,
      disabled: reason !== undefined,
      danger: action === 'cancel',
      label: reason ? <Tooltip title={reason}>{t(action)}</Tooltip> : t(action),
      onClick: () => run(action),
    };
  });
  const close = () => setAsking(undefined);
  return (
    <>
      {front.map((action, index) => (
        <ActionButton
          key={action}
          type={index === 0 ? 'primary' : 'default'}
          loading={busy === action}
          blocked={why(action)}
          onClick={() => run(action)}
        >
          {t(action)}
        </ActionButton>
      ))}
      <ActionButton blocked={can('tickets.update') ? undefined : c('noPermission')} onClick={onEdit}>
        {c('edit')}
      </ActionButton>
      <Dropdown trigger={['click']} menu={{ items }}>
        <Button icon={<EllipsisOutlined />} aria-label={c('moreActions')} />
      </Dropdown>
      {(['wait', 'resolve', 'split'] as const).map((action) => (
        <FormDrawer<Ticket>
          key={action}
          open={asking === action}
          title={t(action)}
          okText={t(action)}
          fields={FORMS[action] ?? []}
          path={`${path}/${action}`}
          version={ticket.version}
          {...(action === 'resolve'
            ? { initial: { cause_code: ticket.cause_code ?? undefined, action_code: ticket.action_code ?? undefined } }
            : {})}
          {...(action === 'split'
            ? { initial: { type: ticket.type, priority: ticket.priority }, intro: <p>{t('splitText')}</p> }
            : {})}
          onClose={close}
          onSaved={(saved) => {
            void refresh();
            if (action === 'split') void navigate({ to: '/tickets/$id', params: { id: saved.id } });
            else offerUndo(action, saved);
          }}
        />
      ))}
      {WITH_REASON.map((action) => (
        <ConfirmAction
          key={action}
          open={asking === action}
          title={t(action)}
          reason
          danger={action === 'cancel'}
          onClose={close}
          onConfirm={async (reason) => {
            await send(action, { reason });
          }}
        />
      ))}
      <CloseDialog
        ticket={ticket}
        open={asking === 'close'}
        onClose={close}
        onDone={async () => {
          await send('close');
        }}
      />
      <PickDialog
        open={asking === 'assign'}
        title={t('choose')}
        of="engineer"
        onClose={close}
        onPick={async (id) => {
          await send('assign', { engineer_id: id });
        }}
      />
      <PickDialog
        open={asking === 'merge'}
        title={t('mergeInto')}
        text={t('mergeText')}
        of="ticket"
        onClose={close}
        onPick={async (id) => {
          await send('merge', { into_id: id });
          await navigate({ to: '/tickets/$id', params: { id } });
        }}
      />
    </>
  );
}
