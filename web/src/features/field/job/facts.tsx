/** Who, where and what: with the way there and the telephone one tap away. */
import { CompassOutlined, PhoneOutlined } from '@ant-design/icons';
import { useLocale, useMessages } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { formatTime, zoned } from '@/shared/time';
import { Facts, StatusTag, WarrantyTag } from '@/shared/ui/texts';
import type { Job } from '../context';
import { deviceText, jobSpan, TimeLeft } from '../job_card';
import { amap, phoneMap, telephone, type Target } from '../maps';
import { field } from '../messages';
import { Section } from './section';

const BIG_LINK = {
  display: 'flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 8,
  minHeight: 52,
  padding: '4px 10px',
  borderRadius: 10,
  border: '1.5px solid var(--brand)',
  fontWeight: 650,
  textDecoration: 'none',
} as const;

/** People to call, each number once; the contact of the ticket first. */
export function callList(job: Job): { name: string; phone: string }[] {
  const people = [
    { name: job.ticket?.contact_name ?? '', phone: job.ticket?.contact_phone },
    ...job.contacts.map((contact) => ({ name: contact.name, phone: contact.phone })),
    { name: job.customer?.name ?? '', phone: job.customer?.phone },
  ];
  const seen = new Set<string>();
  const list: { name: string; phone: string }[] = [];
  for (const { name, phone } of people) {
    if (!phone || seen.has(telephone(phone))) continue;
    seen.add(telephone(phone));
    list.push({ name, phone });
  }
  return list;
}

export function JobFacts({ job }: { job: Job }) {
  const t = useMessages(field);
  useLocale();
  const { visit, ticket } = job;
  const target: Target = {
    lat: job.lat,
    lng: job.lng,
    address: job.address,
    name: job.customer?.name ?? visit.ticket_number,
  };
  const own = phoneMap(target);
  const web = amap(target);
  const people = callList(job);
  return (
    <>
      <section className="f-card stack" aria-label={t('customer')}>
        <div className="row" style={{ gap: 6 }}>
          <StatusTag of={choices.ticketType} value={ticket?.type} />
          {ticket && <StatusTag of={choices.priority} value={ticket.priority} />}
          <TimeLeft job={job} />
        </div>
        <h2 className="f-name">{ticket?.title ?? visit.ticket_number}</h2>
        {ticket?.description && <p className="prewrap">{ticket.description}</p>}
        <Facts
          items={[
            [t('plannedTime'), `${zoned(visit.starts_at).format('MM-DD')} ${jobSpan(job)}`],
            [t('customer'), job.customer?.name ?? ticket?.contact_name],
            [t('site'), [job.site?.name, job.address ?? t('noAddress')].filter(Boolean).join(' · ')],
            ...(job.site?.access_note ? [[t('accessNote'), job.site.access_note] as const] : []),
            ...(job.customer?.note ? [[t('customerNote'), job.customer.note] as const] : []),
            ...(ticket?.resolution_due_at ? [[t('sla'), formatTime(ticket.resolution_due_at)] as const] : []),
          ]}
        />
        <div className="stack" style={{ gap: 8 }}>
          {people.length === 0 && <p className="muted">{t('callNobody')}</p>}
          {people.slice(0, 3).map(({ name, phone }, index) => (
            <a
              key={phone}
              href={telephone(phone)}
              style={index === 0 ? { ...BIG_LINK, background: '#0b6e69', color: '#fff' } : BIG_LINK}
            >
              <PhoneOutlined aria-hidden /> {t('call')} {name} <span className="number">{phone}</span>
            </a>
          ))}
          {(own ?? web) && (
            <div className="f-actions">
              {own && (
                <a href={own} style={BIG_LINK}>
                  <CompassOutlined aria-hidden /> {t('phoneMap')}
                </a>
              )}
              {web && (
                <a href={web} target="_blank" rel="noreferrer" style={BIG_LINK}>
                  <CompassOutlined aria-hidden /> {t('amap')}
                </a>
              )}
            </div>
          )}
        </div>
      </section>
      <Section title={t('device')}>
        {job.device ? (
          <Facts
            items={[
              [t('device'), deviceText(job)],
              [t('warranty'), <WarrantyTag key="warranty" verdict={ticket?.warranty} reason />],
              ...(job.device.place ? [[t('site'), job.device.place] as const] : []),
              ...(job.device.note ? [[t('notes'), job.device.note] as const] : []),
            ]}
          />
        ) : (
          <p className="muted">{t('noDevice')}</p>
        )}
        {job.device && (
          <details>
            <summary
              className="f-tap"
              style={{ display: 'flex', alignItems: 'center', fontWeight: 600, cursor: 'pointer' }}
            >
              ▸ {t('history')} ({job.history.length})
            </summary>
            {job.history.length === 0 && <p className="muted">{t('noHistory')}</p>}
            <ul className="f-rows">
              {job.history.map((item) => (
                <li key={item.id}>
                  <div className="row-between">
                    <span className="number">{item.number}</span>
                    <span className="muted">{formatTime(item.created_at)}</span>
                  </div>
                  <div style={{ fontWeight: 600 }}>
                    {choiceText(choices.ticketType, item.type)} · {item.title}
                  </div>
                  {item.cause_code && (
                    <div>
                      {t('cause')}: {item.cause_code}
                    </div>
                  )}
                  {item.resolution && (
                    <div>
                      {t('solution')}: {item.resolution}
                    </div>
                  )}
                </li>
              ))}
            </ul>
          </details>
        )}
      </Section>
    </>
  );
}
