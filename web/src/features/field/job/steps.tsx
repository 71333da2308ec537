/** The next step of a visit, always under the thumb; and what is still missing before leaving. */
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { useRecord, type Job } from '../context';
import { field } from '../messages';
import { findPlace } from '../place';
import type { ShownVisit } from '../queue/overlay';

export interface Missing {
  key: 'missingChecklist' | 'missingResult' | 'missingSignature';
  n: number;
}

/** What the office will ask for after the visit. */
export function missingBeforeLeaving(visit: ShownVisit): Missing[] {
  const open = visit.checklist.filter((entry) => entry.required && !entry.done).length;
  const missing: Missing[] = [];
  if (open > 0) missing.push({ key: 'missingChecklist', n: open });
  if (!visit.result) missing.push({ key: 'missingResult', n: 1 });
  if (!visit.signature && !visit.excused_reason) missing.push({ key: 'missingSignature', n: 1 });
  return missing;
}

/** For how long the bar rests after a step, so that the second tap of a double tap is not the next step. */
const REST_MS = 400;

export function StepBar({ job }: { job: Job }) {
  const t = useMessages(field);
  const { visit } = job;
  const record = useRecord(visit);
  const [busy, setBusy] = useState(false);
  const [dialog, setDialog] = useState<'decline' | 'finish'>();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);

  const step = async (kind: 'accept' | 'depart' | 'check_in' | 'check_out') => {
    setBusy(true);
    try {
      const payload = kind === 'check_in' || kind === 'check_out' ? { ...(await findPlace()) } : {};
      if (await record(kind, { payload })) setDialog(undefined);
      await new Promise((done) => setTimeout(done, REST_MS));
    } finally {
      setBusy(false);
    }
  };
  const decline = async () => {
    setTried(true);
    if (reason.trim() === '') return;
    if (await record('decline', { payload: { reason: reason.trim() } })) setDialog(undefined);
  };
  const missing = missingBeforeLeaving(visit);

  const declineButton = <Button onClick={() => setDialog('decline')}>{t('decline')}</Button>;
  const primary = (kind: 'accept' | 'depart' | 'check_in', key: 'accept' | 'depart' | 'checkIn') => (
    <Button key={kind} type="primary" loading={busy} disabled={busy} onClick={() => void step(kind)}>
      {busy && kind === 'check_in' ? t('findingPlace') : t(key)}
    </Button>
  );
  const actions = {
    planned: (
      <>
        {declineButton}
        {primary('accept', 'accept')}
      </>
    ),
    accepted: (
      <>
        {declineButton}
        {primary('depart', 'depart')}
      </>
    ),
    travelling: primary('check_in', 'checkIn'),
    on_site: (
      <Button type="primary" onClick={() => setDialog('finish')}>
        {t('checkOut')}
      </Button>
    ),
    done: null,
    declined: null,
    cancelled: null,
  }[visit.status];
  if (actions === null) return null;
  return (
    <section className="f-bar" aria-label={t('steps')}>
      <div className="f-actions">{actions}</div>
      <Modal
        open={dialog === 'decline'}
        title={t('declineTitle')}
        rootClassName="field-pop"
        okText={t('declineConfirm')}
        cancelText={t('cancel')}
        okButtonProps={{ danger: true }}
        onOk={() => void decline()}
        onCancel={() => setDialog(undefined)}
      >
        <p style={{ marginBottom: 8 }}>{t('declineHint')}</p>
        <Input.TextArea
          aria-label={t('reasonPlaceholder')}
          placeholder={t('reasonPlaceholder')}
          rows={3}
          maxLength={2000}
          value={reason}
          status={tried && reason.trim() === '' ? 'error' : ''}
          onChange={(event) => setReason(event.target.value)}
        />
        {tried && reason.trim() === '' && <p className="f-error">{t('reasonRequired')}</p>}
      </Modal>
      <Modal
        open={dialog === 'finish'}
        title={t('checkOut')}
        rootClassName="field-pop"
        okText={busy ? t('findingPlace') : missing.length > 0 ? t('finishAnyway') : t('checkOut')}
        cancelText={t('back')}
        confirmLoading={busy}
        onOk={() => void step('check_out')}
        onCancel={() => setDialog(undefined)}
      >
        {missing.length === 0 ? (
          <p>{t('allSet')}</p>
        ) : (
          <>
            <p style={{ marginBottom: 8 }}>{t('finishHint')}</p>
            <ul style={{ margin: 0, paddingLeft: 22 }}>
              {missing.map((item) => (
                <li key={item.key}>{t(item.key, { n: item.n })}</li>
              ))}
            </ul>
          </>
        )}
      </Modal>
    </section>
  );
}
