/** A job at a glance: when, who, where, what, how urgent. */
import { Link } from '@tanstack/react-router';
import { useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { formatMinutes, minutesLeft, zoned } from '@/shared/time';
import { StatusTag, ToneTag, useNow, WarrantyTag } from '@/shared/ui/texts';
import type { Job } from './context';
import { field } from './messages';

export function isOpen(job: Job): boolean {
  return ['planned', 'accepted', 'travelling', 'on_site'].includes(job.visit.status);
}

/** What is left until the solution is due; nothing for jobs that are over. */
export function TimeLeft({ job }: { job: Job }) {
  const t = useMessages(field);
  const locale = useLocale();
  const now = useNow();
  const due = job.ticket?.resolution_due_at;
  if (!due || job.ticket?.resolved_at || !isOpen(job)) return null;
  const left = minutesLeft(due, now);
  const time = formatMinutes(Math.abs(left), locale);
  return (
    <ToneTag tone={left < 0 ? 'danger' : left < 120 ? 'waiting' : 'closed'}>
      {t(left < 0 ? 'timeOver' : 'timeLeft', { time })}
    </ToneTag>
  );
}

export function jobSpan(job: Job): string {
  return `${zoned(job.visit.starts_at).format('HH:mm')}–${zoned(job.visit.ends_at).format('HH:mm')}`;
}

export function deviceText(job: Job): string {
  if (!job.device) return '';
  const name = job.device.product_name ?? job.device.model ?? '';
  return [name, job.device.serial_number].filter(Boolean).join(' · ');
}

export function JobCard({ job, withDate = false }: { job: Job; withDate?: boolean }) {
  const t = useMessages(field);
  useLocale();
  const { visit, ticket } = job;
  const late = ticket?.resolution_due_at && !ticket.resolved_at && minutesLeft(ticket.resolution_due_at) < 0;
  const edge = isOpen(job) ? (late ? 'f-job-over' : 'f-job-open') : '';
  return (
    <Link to="/field/$" params={{ _splat: `visits/${visit.id}` }} className={`f-card f-job ${edge}`}>
      <span className="row-between">
        <span className="f-time">
          {withDate && `${zoned(visit.starts_at).format('MM-DD')} `}
          {jobSpan(job)}
        </span>
        <StatusTag of={choices.visitStatus} value={visit.status} />
      </span>
      <span className="f-name" style={{ display: 'block', marginTop: 4 }}>
        {job.customer?.name ?? ticket?.contact_name ?? visit.ticket_number}
      </span>
      <span style={{ display: 'block' }}>{job.address ?? t('noAddress')}</span>
      {deviceText(job) && (
        <span className="muted" style={{ display: 'block' }}>
          {deviceText(job)}
        </span>
      )}
      <span style={{ display: 'block', marginTop: 4, fontWeight: 600 }}>{ticket?.title}</span>
      <span className="row" style={{ marginTop: 8, gap: 6 }}>
        {ticket?.priority === 'critical' || ticket?.priority === 'high' ? (
          <StatusTag of={choices.priority} value={ticket.priority} />
        ) : null}
        <TimeLeft job={job} />
        {ticket && <WarrantyTag verdict={ticket.warranty} />}
        {visit.waiting > 0 && <ToneTag tone="waiting">{t('pendingHere', { n: visit.waiting })}</ToneTag>}
        <span className="muted number" style={{ marginLeft: 'auto' }}>
          {visit.ticket_number}
        </span>
      </span>
    </Link>
  );
}
