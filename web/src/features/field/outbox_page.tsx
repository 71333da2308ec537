/** Everything this phone has recorded, and what became of it: what waits, what contradicts, what was refused. */
import { Link } from '@tanstack/react-router';
import { App, Button } from 'antd';
import { useState } from 'react';
import { ApiError, problemText } from '@/shared/api/problem';
import { fieldAt, serverProblems } from '@/shared/form_view/problems';
import { getLocale, labelText, useLocale, useMessages, type Translate } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { formatTime } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { ToneTag } from '@/shared/ui/texts';
import { useSync, useSyncState } from './context';
import { field } from './messages';
import type { Command } from './queue/commands';
import type { FormToFill } from './types';

type FieldKey = keyof typeof field.zh;

const STATES = {
  waiting: ['stateWaiting', 'waiting'],
  sent: ['stateSent', 'resolved'],
  conflict: ['stateConflict', 'danger'],
  rejected: ['stateRejected', 'danger'],
  discarded: ['stateDiscarded', 'closed'],
  decided: ['stateDecided', 'closed'],
} as const;

const RESULT_KEYS: Record<string, FieldKey> = {
  fixed: 'resultFixed',
  not_fixed: 'resultNotFixed',
  needs_parts: 'resultNeedsParts',
  needs_revisit: 'resultNeedsRevisit',
};

const say = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** A command in words: what was recorded. */
export function commandText(command: Command, t: Translate<FieldKey>): string {
  const { payload, shown } = command;
  const details: Partial<Record<Command['kind'], string>> = {
    decline: say(payload['reason']),
    checklist: (getLocale() === 'en' ? shown['label_en'] : shown['label']) ?? '',
    labour: `${payload['kind'] === 'travel' ? t('travel') : t('labour')} ${say(payload['minutes'])} ${t('minutes')}`,
    part_use: `${shown['name'] ?? ''} × ${say(payload['quantity'])} ${shown['unit'] ?? ''}`,
    photo: t(({ before: 'photoBefore', after: 'photoAfter' } as const)[say(payload['kind'])] ?? 'photoOther'),
    signature: say(payload['signer_name']) || say(payload['excused_reason']),
    result: [t(RESULT_KEYS[say(payload['result'])] ?? 'result'), say(payload['text'])].filter(Boolean).join(' · '),
    note: say(payload['text']),
    fields: (getLocale() === 'en' ? shown['en'] : shown['zh']) ?? '',
  };
  return details[command.kind] ?? '';
}

/** What is wrong with the values of a form, each by the name of its field; undefined where the form is not known. */
export function wrongValues(command: Command, forms: readonly FormToFill[] | undefined): string | undefined {
  const errors = command.problem?.errors ?? [];
  const catalogue = forms?.find((one) => one.object === command.payload['of'])?.catalogue;
  if (errors.length === 0 || !catalogue) return undefined;
  const locale = getLocale();
  const named = ({ pointer, text }: { pointer: string; text: string }) => {
    const label = fieldAt(catalogue, pointer)?.label;
    return label ? `${labelText(label, locale)}${locale === 'en' ? ': ' : '：'}${text}` : text;
  };
  return serverProblems(new ApiError(422, { errors }), '', catalogue, locale)
    .map(named)
    .join(locale === 'en' ? '; ' : '；');
}

/** Why the server didn't take it, in the language of the screen; its own words only when we have none. */
export function commandProblem(
  command: Command,
  t: Translate<FieldKey>,
  forms?: readonly FormToFill[] | undefined,
): string {
  const code = command.problem?.code ?? '';
  const key = `problem_${code}`;
  if (key in field.zh && code !== 'other')
    return t(key as FieldKey, {
      engineer: command.theirs?.engineer_name ?? '—',
      detail: wrongValues(command, forms) ?? command.problem?.detail ?? '',
    });
  return t('problem_other', { detail: command.problem?.detail || code });
}

function Row({ command }: { command: Command }) {
  const t = useMessages(field);
  const sync = useSync();
  const { message, modal } = App.useApp();
  const { online, day } = useSyncState();
  const [busy, setBusy] = useState(false);
  const [key, tone] = STATES[command.state];
  const kind = t(`kind_${command.kind}`);
  const text = commandText(command, t);
  const act = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const ask = (title: string, content: string, okText: string) =>
    modal.confirm({
      title,
      content,
      okText,
      okButtonProps: { danger: true },
      cancelText: t('cancel'),
      rootClassName: 'field-pop',
      onOk: () => act(() => sync.drop(command)),
    });
  return (
    <li className="f-card stack" style={{ gap: 8 }}>
      <div className="row-between">
        <strong>{kind}</strong>
        <ToneTag tone={tone}>{t(key)}</ToneTag>
      </div>
      {text && <div className="prewrap">{text}</div>}
      <div className="muted">
        <span className="number">{command.visit_number}</span> · {formatTime(command.device_time)}
        {command.state === 'waiting' && command.attempts > 0 && ` · ${t('triedTimes', { n: command.attempts })}`}
      </div>
      {(command.state === 'conflict' || command.state === 'rejected') && (
        <p className="f-error">{commandProblem(command, t, day?.forms)}</p>
      )}
      {command.state === 'conflict' && (
        <>
          <div className="f-two">
            <div className="f-side">
              <div className="muted">{t('mine')}</div>
              <strong>{kind}</strong>
              <div>{formatTime(command.device_time)}</div>
              {text && <div>{text}</div>}
            </div>
            <div className="f-side">
              <div className="muted">{t('theirs')}</div>
              {command.theirs && (
                <>
                  <strong>{choiceText(choices.visitStatus, command.theirs.status)}</strong>
                  <div>{command.theirs.engineer_name}</div>
                  <div>{formatTime(command.theirs.updated_at)}</div>
                  {command.theirs.cancel_reason && <div>{command.theirs.cancel_reason}</div>}
                </>
              )}
            </div>
          </div>
          <p>
            <strong>{t('waitDispatch')}</strong> — {t('waitDispatchHint')}
          </p>
          <Button loading={busy} disabled={!online} onClick={() => ask(t('giveUpTitle'), t('giveUpText'), t('giveUp'))}>
            {t('giveUp')}
          </Button>
        </>
      )}
      {command.state === 'rejected' && (
        <>
          <p>{t('whatToDo')}</p>
          <div className="f-actions">
            <Button loading={busy} onClick={() => ask(t('removeTitle'), t('removeText'), t('remove'))}>
              {t('remove')}
            </Button>
            <Button
              type="primary"
              loading={busy}
              disabled={!online}
              onClick={() => void act(() => sync.retry(command))}
            >
              {t('sendAgain')}
            </Button>
          </div>
        </>
      )}
      <Link
        to="/field/$"
        params={{ _splat: `visits/${command.visit_id}` }}
        className="f-tap"
        style={{ display: 'inline-flex', alignItems: 'center' }}
      >
        {t('openJob')}
      </Link>
    </li>
  );
}

export function OutboxPage() {
  const t = useMessages(field);
  useLocale();
  const sync = useSync();
  const { commands, running } = useSyncState();
  const newest = commands.toReversed();
  const groups = [
    { key: 'groupProblem', items: commands.filter(({ state }) => state === 'conflict' || state === 'rejected') },
    { key: 'groupWaiting', items: commands.filter(({ state }) => state === 'waiting') },
    {
      key: 'groupSent',
      items: newest.filter(({ state }) => ['sent', 'discarded', 'decided'].includes(state)).slice(0, 50),
    },
  ] as const;
  return (
    <>
      <header className="f-head">
        <h1 className="grow">{t('outboxTitle')}</h1>
        <Button type="primary" loading={running} onClick={() => void sync.syncNow()}>
          {t('syncNow')}
        </Button>
      </header>
      <main className="f-main">
        {commands.length === 0 && <EmptyState title={t('outboxEmpty')} hint={t('outboxEmptyHint')} />}
        {groups
          .filter((group) => group.items.length > 0)
          .map((group) => (
            <section key={group.key} className="stack">
              <h2 className="f-group">
                {t(group.key)} ({group.items.length})
              </h2>
              <ul className="f-list stack">
                {group.items.map((command) => (
                  <Row key={command.client_id} command={command} />
                ))}
              </ul>
            </section>
          ))}
      </main>
    </>
  );
}
