/** How a service goes, behind one link: where it stands, who comes when, what we want, and the conversation. */
import { PhoneOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import { api, url } from '@/shared/api/api';
import { useLocale, useMessages } from '@/shared/i18n';
import { formatTime, zoned } from '@/shared/time';
import { Facts, useNow } from '@/shared/ui/texts';
import { Frame, InsteadPage } from './frame';
import { portal } from './messages';
import { deviceName, failurePage, stepOf, STEPS, wishes, type Wish } from './states';
import { Thread } from './thread';
import type { LinkFace, TicketFace } from './types';
import { QuoteCard, SignCard, SurveyCard } from './wishes';

const Answers = lazy(async () => ({ default: (await import('./own_form')).Answers }));

const POLL_MS = 15_000;

function Progress({ ticket }: { ticket: TicketFace }) {
  const t = useMessages(portal);
  const locale = useLocale();
  const step = stepOf(ticket);
  const at = STEPS.indexOf(step);
  const over = step === 'resolved';
  const engineer = ticket.engineer?.name;
  const who = engineer ? (locale === 'en' ? engineer : `${t('anEngineer')}${engineer}`) : t('anEngineer');
  const cancelled = ticket.status === 'cancelled';
  const words = cancelled
    ? t('now_cancelled')
    : ticket.status === 'waiting'
      ? t('now_waiting')
      : t(`now_${step}`, { who });
  return (
    <section className="p-card" aria-label={t('progress')}>
      {!cancelled && (
        <ol className="p-steps">
          {STEPS.map((name, index) => {
            const done = index < at || (over && index === at);
            const here = index === at && !over;
            return (
              <li key={name} className={done ? 'p-done' : here ? 'p-now' : ''} aria-current={here ? 'step' : undefined}>
                <span className="p-dot" aria-hidden="true">
                  {done ? '✓' : ''}
                </span>
                {t(`step_${name}`)}
                <span className="visually-hidden">{done ? t('stepDone') : here ? t('stepCurrent') : ''}</span>
              </li>
            );
          })}
        </ol>
      )}
      <p role="status" style={{ fontSize: 18, fontWeight: 600 }}>
        {words}
      </p>
    </section>
  );
}

function visitText(visit: NonNullable<TicketFace['visit']>, locale: string): string {
  const start = zoned(visit.starts_at);
  const day = start.locale(locale === 'en' ? 'en' : 'zh-cn').format(locale === 'en' ? 'dddd, D MMMM' : 'M月D日 dddd');
  return `${day} ${start.format('HH:mm')}–${zoned(visit.ends_at).format('HH:mm')}`;
}

function Appointment({ ticket }: { ticket: TicketFace }) {
  const t = useMessages(portal);
  const locale = useLocale();
  const { engineer, visit, device } = ticket;
  const deviceText = device ? [deviceName(device), device.serial].filter(Boolean).join(' · ') : '';
  const over = ['resolved', 'closed', 'cancelled'].includes(ticket.status);
  return (
    <section className="p-card" aria-label={t('visit')}>
      <Facts
        items={[
          ...(visit || !over ? [[t('visit'), visit ? visitText(visit, locale) : t('visitNone')] as const] : []),
          ...(engineer ? [[t('engineer'), engineer.name] as const] : []),
          ...(ticket.address ? [[t('address'), ticket.address] as const] : []),
          ...(deviceText ? [[t('device'), deviceText] as const] : []),
          [
            t('problem'),
            <span key="problem" className="prewrap">
              {ticket.description || ticket.title}
            </span>,
          ],
          ...(ticket.resolution ? [[t('resolution'), ticket.resolution] as const] : []),
        ]}
      />
      {engineer?.phone && (
        <a className="p-big" href={`tel:${engineer.phone.replaceAll(/[^\d+]/g, '')}`}>
          <PhoneOutlined aria-hidden /> {t('call', { name: engineer.name })}
        </a>
      )}
    </section>
  );
}

export function TrackingPage({ token, purpose }: { token: string; purpose: LinkFace['purpose'] }) {
  const t = useMessages(portal);
  useLocale();
  const now = useNow();
  const path = url('/api/v1/public/tickets/{token}', { token });
  const query = useQuery({
    queryKey: ['public', 'ticket', token],
    queryFn: ({ signal }) => api.get<TicketFace>(path, undefined, { signal, anonymous: true }),
    // Only while the page is visible; customers have no live stream.
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: false,
  });
  const dead = query.isError && failurePage(query.error) === 'gone';
  if (query.isError && (!query.data || dead)) {
    return <InsteadPage page={failurePage(query.error)} onRetry={() => void query.refetch()} />;
  }
  const ticket = query.data;
  if (!ticket) {
    return (
      <Frame>
        <Skeleton active paragraph={{ rows: 10 }} />
      </Frame>
    );
  }
  const done = () => query.refetch();
  const wanted = wishes(ticket, purpose, now);
  const cards: Record<Wish, React.ReactNode> = {
    quote: ticket.quote && <QuoteCard key="quote" token={token} quote={ticket.quote} onDone={done} />,
    sign: <SignCard key="sign" token={token} onDone={done} />,
    survey: ticket.survey && <SurveyCard key="survey" token={token} survey={ticket.survey} onDone={done} />,
  };
  return (
    <Frame company={ticket.company} title={t('ticket', { number: ticket.number })}>
      <div>
        <span className="muted number">{t('ticket', { number: ticket.number })}</span>
        <h1>{ticket.title}</h1>
      </div>
      <Progress ticket={ticket} />
      {wanted.map((wish) => cards[wish])}
      <Appointment ticket={ticket} />
      {ticket.answers && (
        <Suspense fallback={null}>
          <Answers asked={ticket.answers.form} values={ticket.answers.values} />
        </Suspense>
      )}
      {ticket.quote && !wanted.includes('quote') && ticket.quote.status !== 'draft' && cards.quote}
      {!ticket.signature_wanted && ticket.signed_by && (
        <section className="p-card" aria-label={t('sign')}>
          <p style={{ fontWeight: 600 }}>✓ {t('signed', { name: ticket.signed_by })}</p>
        </section>
      )}
      {ticket.survey && !wanted.includes('survey') && cards.survey}
      <Thread token={token} messages={ticket.messages} onSent={done} />
      {ticket.timeline.length > 0 && (
        <section className="p-card" aria-label={t('history')}>
          <h2>{t('history')}</h2>
          <ol className="p-history">
            {ticket.timeline.toReversed().map((item) => (
              <li key={`${item.kind}-${item.at}`}>
                <span>{`m_${item.kind}` in portal.zh ? t(`m_${item.kind}` as keyof typeof portal.zh) : ''}</span>
                <time className="muted number nowrap" dateTime={item.at}>
                  {formatTime(item.at)}
                </time>
              </li>
            ))}
          </ol>
        </section>
      )}
      <div className="p-foot">
        <p role="status">
          {query.isError ? t('updateFailed', { time: formatTime(query.dataUpdatedAt) }) : t('updated')}
        </p>
        <p>{t('linkUntil', { time: formatTime(ticket.expires_at) })}</p>
      </div>
    </Frame>
  );
}
