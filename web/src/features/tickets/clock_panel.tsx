/** What is promised for a ticket: its clocks, and why each is due when it is. */
import { useQuery } from '@tanstack/react-query';
import { Button, Drawer, Progress } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { useLocale, useMessages } from '@/shared/i18n';
import type { Tone } from '@/shared/labels';
import { formatTime, formatWorking } from '@/shared/time';
import { Panel } from '@/shared/ui/record_page';
import { DueText, ToneTag } from '@/shared/ui/texts';
import { clockWords, stepText, type Step } from './clock_words';

type State = 'running' | 'paused' | 'met' | 'breached' | 'not_applicable';

interface Milestone {
  kind: 'warning' | 'breach' | 'escalation';
  percent?: number;
  level?: number;
  at: string | null;
  reached: boolean;
}

interface Clock {
  metric: 'response' | 'next_reply' | 'arrival' | 'resolution';
  round: number;
  state: State;
  policy_id: string | null;
  ended_at: string | null;
  target_minutes: number | null;
  elapsed_minutes: number;
  remaining_minutes: number | null;
  due_at: string | null;
  milestones: Milestone[];
  explanation: Step[];
}

interface ServiceLevels {
  policy_id: string | null;
  clocks: Clock[];
  names: Record<string, string>;
}

const TONES: Record<State, Tone> = {
  running: 'open',
  paused: 'waiting',
  met: 'resolved',
  breached: 'danger',
  not_applicable: 'closed',
};

/** The last round of each metric; earlier ones are over. */
function current(clocks: readonly Clock[]): Clock[] {
  return clocks.filter(
    (clock, at) =>
      clock.target_minutes !== null && !clocks.slice(at + 1).some((later) => later.metric === clock.metric),
  );
}

function ClockRow({ clock, onWhy }: { clock: Clock; onWhy: () => void }) {
  const t = useMessages(clockWords);
  useLocale();
  const open = clock.ended_at === null && (clock.state === 'running' || clock.state === 'breached');
  const next = clock.milestones.find((milestone) => !milestone.reached && milestone.at !== null);
  const target = clock.target_minutes ?? 1;
  const left = clock.remaining_minutes ?? 0;
  const part = Math.min(100, Math.round((clock.elapsed_minutes / target) * 100));
  const color = clock.state === 'breached' ? 'var(--tag-danger)' : part >= 75 ? 'var(--tag-waiting)' : undefined;
  return (
    <li className="stack" style={{ gap: 4, padding: '8px 0' }}>
      <div className="row-between">
        <span>
          <strong>{t(clock.metric)}</strong>{' '}
          {clock.round > 1 && <span className="muted">{t('round', { n: clock.round })} </span>}
          <ToneTag tone={TONES[clock.state]}>{t(clock.state)}</ToneTag>
        </span>
        {open && <DueText at={clock.due_at} />}
      </div>
      <Progress
        percent={part}
        showInfo={false}
        size="small"
        aria-label={t(clock.metric)}
        {...(color ? { strokeColor: color } : {})}
      />
      <span className="muted">
        {t('used', { used: formatWorking(clock.elapsed_minutes), target: formatWorking(target) })}
        {clock.ended_at === null &&
          ` · ${left >= 0 ? t('left', { left: formatWorking(left) }) : t('over', { over: formatWorking(-left) })}`}
      </span>
      <span className="muted">
        {clock.due_at ? t('dueAt', { at: formatTime(clock.due_at) }) : clock.state === 'paused' ? t('held') : ''}
      </span>
      {next?.at && clock.ended_at === null && (
        <span className="muted">
          {t('next', {
            what: t(next.kind, { percent: next.percent ?? 0, level: next.level ?? 0 }),
            at: formatTime(next.at),
          })}
        </span>
      )}
      <div>
        <Button type="link" size="small" style={{ padding: 0 }} onClick={onWhy}>
          {t('why')}
        </Button>
      </div>
    </li>
  );
}

/** The clocks of a ticket; its version makes them fresh after each change. */
export function ClockPanel({ ticket }: { ticket: { id: string; version: number } }) {
  const t = useMessages(clockWords);
  const english = useLocale() === 'en';
  const [why, setWhy] = useState<Clock['metric']>();
  const levels = useQuery({
    queryKey: ['ticket', ticket.id, 'service-levels', ticket.version],
    queryFn: ({ signal }) =>
      api.get<ServiceLevels>(`/api/v1/tickets/${ticket.id}/service-levels`, undefined, { signal }),
    // Working time is used while nobody touches anything.
    refetchInterval: 60_000,
    placeholderData: (before) => before,
  });
  const clocks = current(levels.data?.clocks ?? []);
  const asked = clocks.find((clock) => clock.metric === why);
  if (!levels.data || clocks.length === 0) return null;
  const policy = levels.data.policy_id ? levels.data.names[levels.data.policy_id] : undefined;
  return (
    <Panel title={t('title')} extra={policy && <span className="muted">{policy}</span>}>
      <ul className="plain-list">
        {clocks.map((clock) => (
          <ClockRow key={clock.metric} clock={clock} onWhy={() => setWhy(clock.metric)} />
        ))}
      </ul>
      <Drawer
        open={asked !== undefined}
        onClose={() => setWhy(undefined)}
        title={asked ? `${t(asked.metric)} · ${t('why')}` : ''}
        size={480}
        styles={{ wrapper: { maxWidth: '100vw' } }}
      >
        <ol style={{ paddingInlineStart: 20 }}>
          {asked?.explanation.map((step, at) => (
            <li key={at} style={{ marginBottom: 8 }}>
              {stepText(t, step, levels.data.names, english)}
            </li>
          ))}
        </ol>
      </Drawer>
    </Panel>
  );
}
