/** What is to be done today, by time; what was left undone before stands first. */
import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import dayjs from 'dayjs';
import { useLocale, useMessages } from '@/shared/i18n';
import { zoned } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { useNow } from '@/shared/ui/texts';
import { useJobs, useSync, useSyncState, type Job } from './context';
import { AsOf, DayState } from './day_state';
import { isOpen, JobCard } from './job_card';
import { field } from './messages';

const day = (job: Job) => zoned(job.visit.starts_at).format('YYYY-MM-DD');

/** Splits jobs into left undone, today's and today's that are over. */
export function splitToday(jobs: readonly Job[], now: Date): { before: Job[]; open: Job[]; over: Job[] } {
  const today = zoned(now).format('YYYY-MM-DD');
  const todays = jobs.filter((job) => day(job) === today);
  return {
    before: jobs.filter((job) => day(job) < today && isOpen(job)),
    open: todays.filter(isOpen),
    over: todays.filter((job) => !isOpen(job)),
  };
}

export function TodayPage() {
  const t = useMessages(field);
  const locale = useLocale();
  const now = useNow();
  const sync = useSync();
  const { dayLoading } = useSyncState();
  const { before, open, over } = splitToday(useJobs(), now);
  const date = dayjs(zoned(now).format('YYYY-MM-DD'))
    .locale(locale === 'en' ? 'en' : 'zh-cn')
    .format(t('todayDate'));
  const groups = [
    { key: 'overdueVisits', jobs: before },
    { key: 'laterToday', jobs: open },
    { key: 'finished', jobs: over },
  ] as const;
  return (
    <>
      <header className="f-head">
        <h1 className="grow">
          {t('todayTitle')}{' '}
          <span className="muted" style={{ fontSize: 15, fontWeight: 400 }}>
            {date}
          </span>
        </h1>
        <Button
          type="text"
          aria-label={t('syncNow')}
          icon={<ReloadOutlined />}
          loading={dayLoading}
          onClick={() => void sync.syncNow()}
        />
      </header>
      <main className="f-main">
        <DayState>
          {before.length + open.length + over.length === 0 && (
            <EmptyState title={t('nothingToday')} hint={t('nothingTodayHint')} />
          )}
          {groups
            .filter((group) => group.jobs.length > 0)
            .map((group) => (
              <section key={group.key} className="stack">
                <h2 className="f-group">{t(group.key)}</h2>
                {group.jobs.map((job) => (
                  <JobCard key={job.visit.id} job={job} withDate={group.key === 'overdueVisits'} />
                ))}
              </section>
            ))}
          <AsOf />
        </DayState>
      </main>
    </>
  );
}
