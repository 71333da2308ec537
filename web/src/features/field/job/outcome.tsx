/** What came of the visit, and the customer's signature for it. */
import { App, Button, Input } from 'antd';
import { useId, useRef, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { SignaturePad, type SignaturePadHandle } from '@/shared/media/signature_pad';
import { formatTime } from '@/shared/time';
import { useSyncState, type Job, type Record as RecordStep } from '../context';
import { digestOf } from '../digest';
import { field } from '../messages';
import type { VisitResult } from '../types';
import { useKeptPicture } from './photos';
import { Choices, Section } from './section';

interface Props {
  job: Job;
  record: RecordStep;
}

const RESULTS = [
  ['fixed', 'resultFixed'],
  ['not_fixed', 'resultNotFixed'],
  ['needs_parts', 'resultNeedsParts'],
  ['needs_revisit', 'resultNeedsRevisit'],
] as const;

export function ResultForm({ job, record }: Props) {
  const t = useMessages(field);
  const { visit } = job;
  const listId = useId();
  const [result, setResult] = useState<VisitResult | undefined>(visit.result ?? undefined);
  const [text, setText] = useState(visit.result_text ?? '');
  const [cause, setCause] = useState(visit.cause_code ?? '');
  const [action, setAction] = useState(visit.action_code ?? '');
  const [resolve, setResolve] = useState(visit.result ? visit.resolve_ticket : true);
  const [tried, setTried] = useState(false);
  const causes = [...new Set(job.history.map((item) => item.cause_code).filter((code) => code !== null))];
  const save = async () => {
    setTried(true);
    if (!result) return;
    const filled = { text: text.trim(), cause_code: cause.trim(), action_code: action.trim() };
    const given = Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== ''));
    await record('result', { payload: { result, ...given, resolve_ticket: result === 'fixed' && resolve } });
  };
  return (
    <Section title={t('result')}>
      <Choices
        label={t('result')}
        name="result"
        value={result}
        options={RESULTS.map(([value, key]) => ({ value, label: t(key) }))}
        onChange={setResult}
      />
      {tried && !result && <p className="f-error">{t('resultRequired')}</p>}
      <label>
        <span className="f-label">{t('resultText')}</span>
        <Input.TextArea
          placeholder={t('resultTextPlaceholder')}
          autoSize={{ minRows: 2 }}
          maxLength={20_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="f-two">
        <label>
          <span className="f-label">{t('causeCode')}</span>
          <Input list={listId} maxLength={200} value={cause} onChange={(event) => setCause(event.target.value)} />
        </label>
        <label>
          <span className="f-label">{t('actionCode')}</span>
          <Input maxLength={200} value={action} onChange={(event) => setAction(event.target.value)} />
        </label>
      </div>
      <datalist id={listId}>
        {causes.map((code) => (
          <option key={code} value={code}>
            {code}
          </option>
        ))}
      </datalist>
      {result === 'fixed' && (
        <label className="f-check">
          <input type="checkbox" checked={resolve} onChange={(event) => setResolve(event.target.checked)} />
          <span>{t('resolveTicket')}</span>
        </label>
      )}
      <Button type={visit.result ? 'default' : 'primary'} onClick={() => void save()}>
        {t('saveResult')}
      </Button>
    </Section>
  );
}

type Way = 'phone' | 'link' | 'excuse';

function SignOnPhone({ job, record }: Props) {
  const t = useMessages(field);
  const pad = useRef<SignaturePadHandle>(null);
  const [name, setName] = useState(job.ticket?.contact_name ?? '');
  const [ink, setInk] = useState(false);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const save = async () => {
    setTried(true);
    if (!pad.current || !ink || name.trim() === '') return;
    setBusy(true);
    try {
      const bytes = await (await pad.current.toPng()).arrayBuffer();
      const sha256 = await digestOf(bytes);
      const signed_at = new Date().toISOString();
      await record('signature', {
        payload: { signer_name: name.trim(), signed_at, ...(sha256 ? { sha256 } : {}) },
        picture: { bytes, type: 'image/png', name: `${job.visit.number}-signature.png` },
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack">
      <p>{t('signHere')}</p>
      <label>
        <span className="f-label">{t('signerName')}</span>
        <Input value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
      </label>
      {tried && name.trim() === '' && <p className="f-error">{t('signerRequired')}</p>}
      <SignaturePad ref={pad} onInk={setInk} />
      <Button type="primary" disabled={!ink} loading={busy} onClick={() => void save()}>
        {t('saveSignature')}
      </Button>
    </div>
  );
}

interface NewLink {
  url: string;
  qr_svg: string;
}

function SignByLink({ ticketId }: { ticketId: string }) {
  const t = useMessages(field);
  const { online } = useSyncState();
  const { message } = App.useApp();
  const [link, setLink] = useState<NewLink>();
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    try {
      setLink(
        await api.post<NewLink>(url('/api/v1/tickets/{id}/customer-links', { id: ticketId }), { purpose: 'sign' }),
      );
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      void message.success(t('copied'));
    } catch {
      void message.info(t('copyFailed'));
    }
  };
  if (!link) {
    return (
      <div className="stack">
        {!online && <p>{t('linkOnline')}</p>}
        <Button type="primary" disabled={!online} loading={busy} onClick={() => void make()}>
          {t('makeLink')}
        </Button>
      </div>
    );
  }
  return (
    <div className="stack">
      <p>{t('linkText')}</p>
      {link.qr_svg && (
        <img
          className="f-qr"
          alt={t('linkQr')}
          src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(link.qr_svg)}`}
        />
      )}
      <p style={{ overflowWrap: 'anywhere' }}>{link.url}</p>
      <div className="f-actions">
        <Button onClick={() => void copy(link.url)}>{t('copyLink')}</Button>
        {'share' in navigator && (
          <Button onClick={() => void navigator.share({ url: link.url }).catch(() => undefined)}>
            {t('shareLink')}
          </Button>
        )}
      </div>
    </div>
  );
}

export function SignatureForm({ job, record }: Props) {
  const t = useMessages(field);
  const { visit } = job;
  const kept = useKeptPicture(visit.signature_blob_id);
  const [way, setWay] = useState<Way>('phone');
  const [reason, setReason] = useState('');
  const signature = visit.signature;
  if (signature) {
    const picture = kept ?? (signature.file_id ? `/api/v1/files/${signature.file_id}/content` : undefined);
    return (
      <Section title={t('signature')}>
        <p style={{ fontWeight: 600 }}>
          {t('signedBy', { name: signature.signer_name, time: formatTime(signature.signed_at) })}
          {signature.via === 'link' && t('viaLink')}
        </p>
        {picture && (
          <img
            src={picture}
            alt={t('signature')}
            style={{ maxWidth: '100%', maxHeight: 160, background: '#fff', borderRadius: 8 }}
          />
        )}
      </Section>
    );
  }
  return (
    <Section title={t('signature')}>
      {visit.excused_reason && <p>{t('excused', { reason: visit.excused_reason })}</p>}
      <Choices<Way>
        label={t('signWays')}
        name="sign-way"
        three
        value={way}
        options={[
          { value: 'phone', label: t('signOnPhone') },
          { value: 'link', label: t('signByLink') },
          { value: 'excuse', label: t('signExcused') },
        ]}
        onChange={setWay}
      />
      {way === 'phone' && <SignOnPhone job={job} record={record} />}
      {way === 'link' && <SignByLink ticketId={visit.ticket_id} />}
      {way === 'excuse' && (
        <div className="stack">
          <label>
            <span className="f-label">{t('excuseReason')}</span>
            <Input.TextArea
              autoSize={{ minRows: 2 }}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
          <Button
            type="primary"
            disabled={reason.trim() === ''}
            onClick={() => void record('signature', { payload: { excused_reason: reason.trim() } })}
          >
            {t('saveExcuse')}
          </Button>
        </div>
      )}
    </Section>
  );
}
