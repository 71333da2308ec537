/** One job, from accepting it to leaving: everything on one page, the next step under the thumb. */
import { ArrowLeftOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useSession } from '@/shared/session';
import { EmptyState } from '@/shared/ui/empty_state';
import { StatusTag } from '@/shared/ui/texts';
import { useJobs, useRecord, useSyncState, type Job } from '../context';
import { DayState } from '../day_state';
import { field } from '../messages';
import { Notes, PartsUsed, TimeBookings } from './bookings';
import { Checklist } from './checklist';
import { JobFacts } from './facts';
import { ResultForm, SignatureForm } from './outcome';
import { Photos } from './photos';
import { loadOwnFields } from './own_fields_door';
import { StepBar } from './steps';

const OwnFields = lazy(loadOwnFields);

const HINTS = {
  planned: 'statusPlanned',
  accepted: 'statusAccepted',
  travelling: 'statusTravelling',
  on_site: 'statusOnSite',
  done: 'statusDone',
  declined: 'statusDeclined',
  cancelled: 'statusCancelled',
} as const;

function Content({ job }: { job: Job }) {
  const t = useMessages(field);
  const session = useSession();
  const { visit } = job;
  const record = useRecord(visit);
  const working = visit.status === 'on_site' || visit.status === 'done';
  const { day } = useSyncState();
  const own = (day?.forms ?? []).length > 0 && (
    <Suspense fallback={null}>
      <OwnFields job={job} record={record} working={working} />
    </Suspense>
  );
  return (
    <>
      <p style={{ fontWeight: 600 }}>{t(HINTS[visit.status], { reason: visit.cancel_reason ?? '—' })}</p>
      <JobFacts job={job} />
      {!working && own}
      {working && (
        <>
          <Checklist visit={visit} record={record} />
          {own}
          <Photos visit={visit} record={record} engineer={session.user.name} />
          <PartsUsed visit={visit} record={record} />
          <TimeBookings visit={visit} record={record} />
          <ResultForm job={job} record={record} />
          <SignatureForm job={job} record={record} />
        </>
      )}
      {!working && visit.shown_photos.length > 0 && (
        <Photos visit={visit} record={record} engineer={session.user.name} />
      )}
      <Notes visit={visit} record={record} />
    </>
  );
}

export function JobPage({ visitId }: { visitId: string }) {
  const t = useMessages(field);
  const job = useJobs().find((item) => item.visit.id === visitId);
  return (
    <>
      <header className="f-head">
        <Link
          to="/field"
          className="f-tap"
          aria-label={t('backToToday')}
          style={{ display: 'grid', placeItems: 'center', fontSize: 20, color: 'var(--text)' }}
        >
          <ArrowLeftOutlined aria-hidden />
        </Link>
        <h1 className="grow number">{job?.visit.ticket_number ?? t('jobNotFound')}</h1>
        {job && <StatusTag of={choices.visitStatus} value={job.visit.status} />}
      </header>
      <main className="f-main">
        <DayState>
          {job ? (
            <Content job={job} />
          ) : (
            <EmptyState
              title={t('jobNotFound')}
              hint={t('jobNotFoundText')}
              action={<Link to="/field">{t('backToToday')}</Link>}
            />
          )}
        </DayState>
      </main>
      {job && <StepBar job={job} />}
    </>
  );
}
