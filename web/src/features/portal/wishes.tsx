/** What we want from the customer: a decision on a quote, a signature, a word on how it was. */
import { App, Button, Input } from 'antd';
import { useRef, useState, type ReactNode } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { SignaturePad, type SignaturePadHandle } from '@/shared/media/signature_pad';
import { formatMoney } from '@/shared/money';
import { formatTime } from '@/shared/time';
import { useNow } from '@/shared/ui/texts';
import { portal } from './messages';
import { isDecidable } from './states';
import type { QuoteFace, SurveyFace } from './types';

interface Props {
  token: string;
  /** Something has changed; look again. */
  onDone: () => Promise<unknown>;
}

/** Sends something, tells how it went, and stays as it is when it fails. */
function useSend(): [boolean, (work: () => Promise<unknown>) => Promise<boolean>] {
  const t = useMessages(portal);
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const send = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await work();
      void message.success(t('done'));
      return true;
    } catch (error) {
      void message.error(problemText(error), 6);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return [busy, send];
}

function NameField({ name, setName, wrong }: { name: string; setName: (name: string) => void; wrong: boolean }) {
  const t = useMessages(portal);
  return (
    <div>
      <label>
        <span className="p-label">{t('yourName')}</span>
        <Input
          autoComplete="name"
          maxLength={200}
          value={name}
          status={wrong ? 'error' : ''}
          aria-invalid={wrong}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {wrong && (
        <p className="p-error" role="alert">
          {t('nameRequired')}
        </p>
      )}
    </div>
  );
}

function Decide({ token, quote, onDone }: Props & { quote: QuoteFace }) {
  const t = useMessages(portal);
  const [busy, send] = useSend();
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const [rejecting, setRejecting] = useState(false);
  const [tried, setTried] = useState(false);
  const decide = async (approve: boolean) => {
    setTried(true);
    if (name.trim() === '') return;
    const body = {
      quote_id: quote.id,
      approve,
      name: name.trim(),
      ...(!approve && reason.trim() ? { reason: reason.trim() } : {}),
    };
    const path = url('/api/v1/public/tickets/{token}/quote-decision', { token });
    if (await send(() => api.post(path, body, { anonymous: true }))) await onDone();
  };
  return (
    <>
      <p>{t('quoteAsk')}</p>
      <NameField name={name} setName={setName} wrong={tried && name.trim() === ''} />
      {rejecting && (
        <label>
          <span className="p-label">{t('rejectReason')}</span>
          <Input.TextArea
            autoSize={{ minRows: 2 }}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </label>
      )}
      <div className="p-actions">
        {rejecting ? (
          <>
            <Button onClick={() => setRejecting(false)}>{t('back')}</Button>
            <Button danger loading={busy} onClick={() => void decide(false)}>
              {t('rejectConfirm')}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => setRejecting(true)}>{t('reject')}</Button>
            <Button type="primary" loading={busy} onClick={() => void decide(true)}>
              {t('approve')}
            </Button>
          </>
        )}
      </div>
    </>
  );
}

function decidedText(
  quote: QuoteFace,
  t: (key: 'approved' | 'rejected', params: Record<string, string>) => string,
): string {
  const params = { name: quote.decided_by ?? '', time: quote.decided_at ? formatTime(quote.decided_at) : '' };
  if (!quote.decided_at) return '';
  return t(quote.status === 'rejected' ? 'rejected' : 'approved', params);
}

export function QuoteCard({ token, quote, onDone }: Props & { quote: QuoteFace }) {
  const t = useMessages(portal);
  const now = useNow();
  const open = isDecidable(quote, now);
  const money = (minor: number) => formatMoney(minor, quote.currency);
  const decided = decidedText(quote, t);
  return (
    <section className={`p-card ${open ? 'p-wish' : ''}`} aria-label={t('quote')}>
      <div>
        <h2>{t('quote')}</h2>
        <span className="muted">
          {t('quoteNumber', { number: quote.number })}
          {quote.valid_until && open && ` · ${t('validUntil', { time: formatTime(quote.valid_until) })}`}
        </span>
      </div>
      <table className="p-lines">
        <tbody>
          {quote.lines.map((line, index) => (
            // Lines have no ids and never change order within a quote.
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>
              <th scope="row">
                {line.description}
                <span className="muted" style={{ display: 'block' }}>
                  {String(line.quantity)} {line.unit ?? ''} × {money(line.unit_price_minor)}
                </span>
              </th>
              <td className="number">{money(line.amount_minor)}</td>
            </tr>
          ))}
          {quote.tax_minor !== 0 && (
            <>
              <tr>
                <th scope="row">{t('subtotal')}</th>
                <td className="number">{money(quote.subtotal_minor)}</td>
              </tr>
              <tr>
                <th scope="row">{t('tax')}</th>
                <td className="number">{money(quote.tax_minor)}</td>
              </tr>
            </>
          )}
          <tr className="p-sum">
            <th scope="row">{t('total')}</th>
            <td className="number">{money(quote.total_minor)}</td>
          </tr>
          {quote.paid_minor > 0 && (
            <tr>
              <th scope="row">{t('paid')}</th>
              <td className="number">{money(quote.paid_minor)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {quote.note && <p className="prewrap">{quote.note}</p>}
      {open && <Decide token={token} quote={quote} onDone={onDone} />}
      {!open && quote.status === 'sent' && <p>{t('quoteExpired')}</p>}
      {quote.status === 'cancelled' && <p>{t('quoteCancelled')}</p>}
      {decided && <p style={{ fontWeight: 600 }}>{decided}</p>}
      {quote.status === 'paid' && <p style={{ fontWeight: 600 }}>{t('quotePaid')}</p>}
    </section>
  );
}

function asDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(String(reader.result)));
    reader.addEventListener('error', () => reject(new Error('the signature could not be read')));
    reader.readAsDataURL(blob);
  });
}

export function SignCard({ token, onDone }: Props) {
  const t = useMessages(portal);
  const [busy, send] = useSend();
  const pad = useRef<SignaturePadHandle>(null);
  const [ink, setInk] = useState(false);
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const sign = async () => {
    setTried(true);
    const handle = pad.current;
    if (!handle || !ink || name.trim() === '') return;
    const path = url('/api/v1/public/tickets/{token}/signature', { token });
    const work = async () => {
      const png_base64 = await asDataUrl(await handle.toPng());
      await api.post(path, { name: name.trim(), png_base64 }, { anonymous: true });
    };
    if (await send(work)) await onDone();
  };
  return (
    <section className="p-card p-wish" aria-label={t('sign')}>
      <h2>{t('sign')}</h2>
      <p>{t('signText')}</p>
      <NameField name={name} setName={setName} wrong={tried && name.trim() === ''} />
      <SignaturePad ref={pad} onInk={setInk} />
      {tried && !ink && (
        <p className="p-error" role="alert">
          {t('signFirst')}
        </p>
      )}
      <Button type="primary" loading={busy} onClick={() => void sign()}>
        {t('signNow')}
      </Button>
    </section>
  );
}

const MOUTHS = [
  'M15 33 Q22 25 29 33',
  'M15 32 Q22 28 29 32',
  'M15 31 H29',
  'M15 29 Q22 34 29 29',
  'M14 28 Q22 38 30 28',
];
const SCORES = [1, 2, 3, 4, 5] as const;

function Face({ score }: { score: number }): ReactNode {
  return (
    <svg
      viewBox="0 0 44 44"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.4"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <circle cx="22" cy="22" r="19" />
      <path d="M15.5 17.5v2M28.5 17.5v2" strokeWidth="3.4" />
      <path d={MOUTHS[score - 1]} />
    </svg>
  );
}

export function SurveyCard({ token, survey, onDone }: Props & { survey: SurveyFace }) {
  const t = useMessages(portal);
  const [busy, send] = useSend();
  const answered = survey.csat !== null || survey.nps !== null || survey.comment !== null;
  const [editing, setEditing] = useState(!answered);
  const [csat, setCsat] = useState(survey.csat);
  const [nps, setNps] = useState(survey.nps);
  const [comment, setComment] = useState(survey.comment ?? '');
  const [tried, setTried] = useState(false);
  const answer = async () => {
    setTried(true);
    if (csat === null && nps === null) return;
    const body = {
      ...(csat === null ? {} : { csat }),
      ...(nps === null ? {} : { nps }),
      ...(comment.trim() ? { comment: comment.trim() } : {}),
    };
    const path = url('/api/v1/public/tickets/{token}/survey', { token });
    if (await send(() => api.post(path, body, { anonymous: true }))) {
      setEditing(false);
      await onDone();
    }
  };
  if (!editing || !survey.open) {
    const words = [
      csat === null ? '' : t(`csat${csat as (typeof SCORES)[number]}`),
      nps === null ? '' : `${nps}/10`,
      comment,
    ];
    return (
      <section className="p-card" aria-label={t('survey')}>
        <h2>{t('thanks')}</h2>
        <p className="prewrap">{t('yourRating', { text: words.filter(Boolean).join(' · ') || '—' })}</p>
        {survey.open && (
          <>
            <p className="muted">{t('changeable')}</p>
            <Button onClick={() => setEditing(true)}>{t('change')}</Button>
          </>
        )}
      </section>
    );
  }
  return (
    <section className="p-card p-wish" aria-label={t('survey')}>
      <h2 id="csat">{t('surveyAsk')}</h2>
      <fieldset className="p-faces" aria-labelledby="csat">
        {SCORES.map((score) => (
          <label key={score} className="p-face">
            <input type="radio" name="csat" checked={csat === score} onChange={() => setCsat(score)} />
            <Face score={score} />
            <span>{t(`csat${score}`)}</span>
          </label>
        ))}
      </fieldset>
      <h3 id="nps" style={{ fontSize: 16, fontWeight: 600 }}>
        {t('npsAsk')}
      </h3>
      <div>
        <fieldset className="p-scores" aria-labelledby="nps">
          {Array.from({ length: 11 }, (_, score) => (
            <label key={score} className="p-score">
              <input type="radio" name="nps" checked={nps === score} onChange={() => setNps(score)} />
              <span>{score}</span>
            </label>
          ))}
        </fieldset>
        <div className="row-between p-foot" style={{ marginTop: 4 }}>
          <span>{t('npsLow')}</span>
          <span>{t('npsHigh')}</span>
        </div>
      </div>
      <label>
        <span className="p-label">{t('comment')}</span>
        <Input.TextArea
          autoSize={{ minRows: 3 }}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.target.value)}
        />
      </label>
      {tried && csat === null && nps === null && (
        <p className="p-error" role="alert">
          {t('surveyRequired')}
        </p>
      )}
      <Button type="primary" loading={busy} onClick={() => void answer()}>
        {t('sendSurvey')}
      </Button>
    </section>
  );
}
