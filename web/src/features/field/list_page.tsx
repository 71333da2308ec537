/** All jobs on the phone, by day, found by whatever one remembers of them. */
import { Input } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useLocale, useMessages } from '@/shared/i18n';
import { zoned } from '@/shared/time';
import { EmptyState } from '@/shared/ui/empty_state';
import { useJobs, type Job } from './context';
import { AsOf, DayState } from './day_state';
import { deviceText, JobCard } from './job_card';
import { field } from './messages';

/** Full and half width, case and spaces don't matter. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '');
}

export function matches(job: Job, query: string): boolean {
  const { visit, ticket, customer } = job;
  const parts = [visit.number, visit.ticket_number, ticket?.title, customer?.name, ticket?.contact_name];
  const phones = [ticket?.contact_phone, customer?.phone];
  return fold([...parts, ...phones, job.address, deviceText(job)].filter(Boolean).join('\n')).includes(fold(query));
}

export function ListPage() {
  const t = useMessages(field);
  const locale = useLocale();
  const [query, setQuery] = useState('');
  const jobs = useJobs();
  const found = jobs.filter((job) => matches(job, query));
  const days = new Map<string, Job[]>();
  for (const job of found) {
    const day = zoned(job.visit.starts_at).format('YYYY-MM-DD');
    days.set(day, [...(days.get(day) ?? []), job]);
  }
  return (
    <>
      <header className="f-head">
        <h1>{t('list')}</h1>
      </header>
      <main className="f-main">
        <Input
          type="search"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          placeholder={t('searchJobs')}
          aria-label={t('searchJobs')}
          allowClear
        />
        <DayState>
          {jobs.length === 0 && <EmptyState title={t('nothingList')} hint={t('nothingTodayHint')} />}
          {jobs.length > 0 && found.length === 0 && <EmptyState title={t('noHit')} />}
          {[...days].map(([day, items]) => (
            <section key={day} className="stack">
              <h2 className="f-group">
                {dayjs(day)
                  .locale(locale === 'en' ? 'en' : 'zh-cn')
                  .format(t('todayDate'))}
              </h2>
              {items.map((job) => (
                <JobCard key={job.visit.id} job={job} />
              ))}
            </section>
          ))}
          <AsOf />
        </DayState>
      </main>
    </>
  );
}
