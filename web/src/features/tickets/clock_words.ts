/** A deadline's reasons in words: the server gives codes with arguments. */
import { defineMessages, type Params } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { formatTime, formatWorking } from '@/shared/time';

interface PauseCause {
  kind: 'status' | 'hold' | 'ended';
  status?: string;
  reason?: string | null;
  how?: string;
}

/** One step; instants and durations are microseconds. */
export interface Step {
  code: string;
  at?: number;
  from?: number;
  to?: number | null;
  because?: string | PauseCause[];
  policy?: string | null;
  calendar?: string;
  target_minutes?: number;
  used_micros?: number;
  year?: number;
  date?: string;
  name?: { zh: string; en: string } | null;
  provisional?: boolean;
  usual_micros?: number;
  open_micros?: number;
  extended_by_micros?: number;
  counted_micros?: number;
  remaining_micros?: number;
  elapsed_micros?: number;
  years?: number;
}

export const clockWords = defineMessages(
  {
    title: '服务时限',
    why: '为什么是这个时间',
    response: '首次响应',
    next_reply: '再次回复',
    arrival: '到场',
    resolution: '解决',
    round: '第 {n} 次',
    running: '计时中',
    paused: '已暂停',
    met: '按时完成',
    breached: '已超时',
    not_applicable: '不适用',
    used: '已用 {used}，共 {target}',
    left: '剩余 {left}（工作时间）',
    over: '超出 {over}（工作时间）',
    dueAt: '应于 {at} 前完成',
    held: '暂停中，恢复后继续计时',
    next: '下一步：{what}，{at}',
    warning: '已用 {percent}% 时提醒',
    breach: '超时',
    escalation: '第 {level} 级升级',
    none: '此工单没有适用的服务级别。',
    defaultHours: '默认日历',
    started: '{at} 开始计时：{because}。',
    created: '工单创建',
    customer_wrote: '客户来信',
    policy_applied: '{at} 起适用“{policy}”：{target}，按“{calendar}”计算。',
    policy_applied_used: '{at} 起改用“{policy}”：{target}，按“{calendar}”计算；此前已用 {used}，照计。',
    no_target: '{at} 起没有承诺；此前已用 {used}。',
    calendar_changed: '{at} 起“{calendar}”改了时间；此前已用 {used}，照计。',
    year_without_list: '“{calendar}”中 {year} 年的放假安排尚未公布，时限可能变化。',
    holiday: '{date} 放假{name}，不计 {usual}。',
    holiday_provisional: '{date} 放假{name}（暂定），不计 {usual}。',
    adjusted_workday: '{date} 调休上班{name}，计 {open}。',
    other_hours: '{date} 工作时间为 {open}（平时 {usual}）。',
    pausedStep: '{from} 至 {to} 暂停：{because}；顺延 {extended}。',
    pausedOpen: '{from} 起暂停：{because}；至今顺延 {extended}。',
    counted: '{from} 至 {to} 计入 {counted}（“{calendar}”）。',
    due: '因此应在 {at} 前完成。',
    heldStep: '恢复计时后还剩 {remaining}。',
    out_of_reach: '工作时间太少，{years} 年内都用不完。',
    breachedStep: '{at} 起算作超时。',
    endedStep: '{at} 结束：{because}；共用 {elapsed}。',
    replied: '已回复',
    arrived: '已到场',
    resolved: '已解决',
    cancelled: '已取消',
    because_status: '状态为“{status}”',
    because_reason: '{status}（{reason}）',
    because_hold: '等待：{reason}',
    because_ended: '工单已结束，后又重开',
  },
  {
    title: 'Service level',
    why: 'Why this deadline',
    response: 'First response',
    next_reply: 'Next reply',
    arrival: 'Arrival',
    resolution: 'Resolution',
    round: 'round {n}',
    running: 'Running',
    paused: 'Paused',
    met: 'In time',
    breached: 'Overdue',
    not_applicable: 'Does not apply',
    used: '{used} of {target} used',
    left: '{left} of working time left',
    over: '{over} of working time over',
    dueAt: 'Due by {at}',
    held: 'Paused; it goes on when the ticket does',
    next: 'Next: {what}, {at}',
    warning: 'a warning at {percent}%',
    breach: 'overdue',
    escalation: 'escalation level {level}',
    none: 'No service level applies to this ticket.',
    defaultHours: 'default calendar',
    started: 'The clock started at {at}: {because}.',
    created: 'the ticket came in',
    customer_wrote: 'the customer wrote',
    policy_applied: 'From {at} on “{policy}” applies: {target} by “{calendar}”.',
    policy_applied_used:
      'From {at} on “{policy}” applies instead: {target} by “{calendar}”; the {used} used before count.',
    no_target: 'From {at} on nothing is promised; {used} had been used.',
    calendar_changed: 'From {at} on “{calendar}” has other hours; the {used} used before count.',
    year_without_list: 'The holidays of {year} in “{calendar}” are not published yet, so the deadline may move.',
    holiday: '{date} is a holiday{name}: {usual} do not count.',
    holiday_provisional: '{date} is a holiday{name} (provisional): {usual} do not count.',
    adjusted_workday: '{date} is worked{name}: {open} count.',
    other_hours: '{date} has {open} instead of {usual}.',
    pausedStep: 'Paused from {from} to {to}: {because}; extended by {extended}.',
    pausedOpen: 'Paused since {from}: {because}; extended by {extended} so far.',
    counted: '{from} to {to}: {counted} counted by “{calendar}”.',
    due: 'So it is due at {at}.',
    heldStep: '{remaining} are left for when it goes on.',
    out_of_reach: 'There is so little working time that {years} years are not enough.',
    breachedStep: 'Overdue since {at}.',
    endedStep: 'Ended at {at}: {because}; {elapsed} were used.',
    replied: 'answered',
    arrived: 'on site',
    resolved: 'solved',
    cancelled: 'cancelled',
    because_status: 'status “{status}”',
    because_reason: '{status} ({reason})',
    because_hold: 'waiting for {reason}',
    because_ended: 'the ticket was over, until it was reopened',
  },
);

type Word = keyof typeof clockWords.zh;
type Say = (key: Word, params?: Params) => string;

const MICROS = 1000;
export const instantText = (micros: number): string => formatTime(micros / MICROS);
const lengthText = (micros: number | undefined): string => formatWorking(Math.floor((micros ?? 0) / 60_000_000));

function causeText(t: Say, cause: PauseCause): string {
  if (cause.kind === 'ended') return t('because_ended');
  const reason = cause.reason ? choiceText(choices.waitReason, cause.reason) : '';
  if (cause.kind === 'hold') return t('because_hold', { reason });
  const status = choiceText(choices.ticketStatus, cause.status);
  return reason ? t('because_reason', { status, reason }) : t('because_status', { status });
}

/** One step as a sentence. `names` has those of policies and calendars by id. */
export function stepText(t: Say, step: Step, names: Readonly<Record<string, string>>, english: boolean): string {
  const named = (id: string | null | undefined) => (id && names[id]) || t('defaultHours');
  const day = step.name ? `${english ? ` (${step.name.en})` : `（${step.name.zh}）`}` : '';
  const cause = typeof step.because === 'string' ? (step.because in clockWords.zh ? t(step.because as Word) : '') : '';
  const params: Params = {
    at: step.at === undefined ? '' : instantText(step.at),
    from: step.from === undefined ? '' : instantText(step.from),
    to: step.to ? instantText(step.to) : '',
    because: Array.isArray(step.because) ? step.because.map((one) => causeText(t, one)).join('、') : cause,
    policy: named(step.policy),
    calendar: named(step.calendar),
    target: formatWorking(step.target_minutes ?? 0),
    used: lengthText(step.used_micros),
    year: step.year ?? '',
    years: step.years ?? '',
    date: step.date ?? '',
    name: day,
    usual: lengthText(step.usual_micros),
    open: lengthText(step.open_micros),
    extended: lengthText(step.extended_by_micros),
    counted: lengthText(step.counted_micros),
    remaining: lengthText(step.remaining_micros),
    elapsed: lengthText(step.elapsed_micros),
  };
  switch (step.code) {
    case 'policy_applied':
      return t(step.used_micros ? 'policy_applied_used' : 'policy_applied', params);
    case 'holiday':
      return t(step.provisional ? 'holiday_provisional' : 'holiday', params);
    case 'paused':
      return t(step.to ? 'pausedStep' : 'pausedOpen', params);
    case 'held':
      return t('heldStep', params);
    case 'breached':
      return t('breachedStep', params);
    case 'ended':
      return t('endedStep', params);
    default:
      return step.code in clockWords.zh ? t(step.code as Word, params) : step.code;
  }
}
