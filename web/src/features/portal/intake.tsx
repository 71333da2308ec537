/** Somebody stands before a device that is broken: what is wrong, how to reach them, sent. */
import { useQuery } from '@tanstack/react-query';
import { App, Button, Input, Skeleton } from 'antd';
import { lazy, Suspense, useCallback, useEffect, useId, useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { choices, choiceText } from '@/shared/labels';
import { formatTime } from '@/shared/time';
import { Facts } from '@/shared/ui/texts';
import { Frame, InsteadPage } from './frame';
import { portal } from './messages';
import { deviceName, failurePage, faultText, isPhone, KeyOfContent } from './states';
import type { OwnFormHandle } from './own_form';
import type { DevicePageData, FormToFill, Reported } from './types';
import { UploadField, useUploads } from './uploads';

const OwnForm = lazy(() => import('./own_form'));

/** The keyboard goes to the first field that is wrong, once its problem is drawn. */
function showFirstProblem(): void {
  setTimeout(() => {
    const field = document.querySelector('.fv-problem')?.closest('.fv-field');
    field?.scrollIntoView({ block: 'center' });
    field?.querySelector<HTMLElement>('input:not([type="hidden"]), textarea, button')?.focus({ preventScroll: true });
  }, 60);
}

const FAULTS = ['dead', 'noise', 'leak', 'heat', 'alarm', 'slow', 'broken', 'other'] as const;
type Fault = (typeof FAULTS)[number];

interface Draft {
  faults: Fault[];
  words: string;
  name: string;
  phone: string;
}

const EMPTY: Draft = { faults: [], words: '', name: '', phone: '' };
const ME_KEY = 'aftersail.reporter';

function stored<T>(key: string): Partial<T> {
  try {
    return JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<T>;
  } catch {
    return {};
  }
}

function store(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage a reload begins anew; sending works all the same.
  }
}

/** What was typed survives a reload; who one is also the next scan. */
function useDraft(token: string): [Draft, (change: Partial<Draft>) => void, () => void] {
  const key = `aftersail.report.${token}`;
  const [draft, setDraft] = useState<Draft>(() => ({ ...EMPTY, ...stored<Draft>(ME_KEY), ...stored<Draft>(key) }));
  useEffect(() => store(key, draft), [key, draft]);
  const clear = () => {
    const { name, phone } = draft;
    store(ME_KEY, { name, phone });
    setDraft({ ...EMPTY, name, phone });
  };
  return [draft, (change) => setDraft((now) => ({ ...now, ...change })), clear];
}

function Thanks({ reported, company, onAgain }: { reported: Reported; company: string; onAgain: () => void }) {
  const t = useMessages(portal);
  const { message } = App.useApp();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(reported.tracking_url);
      void message.success(t('copied'));
    } catch {
      void message.info(t('copyFailed'));
    }
  };
  return (
    <Frame company={company} title={t('reportedTitle')}>
      <section className="p-card">
        <h1 ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
          {t('reportedTitle')}
        </h1>
        <p>{t('reportedText', { number: reported.number })}</p>
        <div>
          <span className="p-label">{t('trackingLink')}</span>
          <p className="p-link">{reported.tracking_url}</p>
        </div>
        <div className="p-actions">
          <Button onClick={() => void copy()}>{t('copy')}</Button>
          <a className="p-big" href={reported.tracking_url}>
            {t('openTracking')}
          </a>
        </div>
        <Button type="link" onClick={onAgain}>
          {t('reportAnother')}
        </Button>
      </section>
    </Frame>
  );
}

function ReportForm({
  token,
  asked,
  onReported,
}: {
  token: string;
  asked: FormToFill | null;
  onReported: (reported: Reported) => void;
}) {
  const t = useMessages(portal);
  const id = useId();
  const uploads = useUploads(url('/api/v1/public/devices/{token}/files', { token }));
  const [draft, change, clear] = useDraft(token);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const [keys] = useState(() => new KeyOfContent(newKey));
  const own = useRef<OwnFormHandle>(null);
  const ownKey = `aftersail.report.${token}.form`;
  const [ownStart] = useState(() => stored<Record<string, unknown>>(ownKey));
  const keepOwn = useCallback((values: Record<string, unknown>) => store(ownKey, values), [ownKey]);

  const chips = draft.faults.map((fault) => t(`fault_${fault}`));
  const description = faultText(chips, draft.words, t('service') === '售后服务' ? '、' : ', ');
  const wrong = {
    fault: description === '',
    name: draft.name.trim() === '',
    phone: !isPhone(draft.phone),
  };
  const send = async () => {
    setTried(true);
    const first = (Object.keys(wrong) as (keyof typeof wrong)[]).find((key) => wrong[key]);
    if (first) {
      document.getElementById(`${id}-${first}`)?.focus();
      return;
    }
    if (own.current && own.current.check() > 0) return showFirstProblem();
    if (!uploads.settled || (asked && !own.current)) return;
    setBusy(true);
    setFailure(undefined);
    const body = {
      description,
      contact_name: draft.name.trim(),
      contact_phone: draft.phone.trim(),
      file_ids: uploads.ids,
      ...(own.current ? { ext: own.current.values() } : {}),
    };
    try {
      const path = url('/api/v1/public/devices/{token}/tickets', { token });
      const reported = await api.post<Reported>(path, body, { anonymous: true, key: keys.of(body) });
      clear();
      store(ownKey, {});
      uploads.clear();
      onReported(reported);
    } catch (error) {
      own.current?.refuse(error);
      setFailure(error);
      setBusy(false);
      showFirstProblem();
    }
  };
  const toggle = (fault: Fault, on: boolean) =>
    change({ faults: on ? [...draft.faults, fault] : draft.faults.filter((item) => item !== fault) });
  return (
    <form
      className="stack"
      style={{ gap: 16 }}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <section className="p-card">
        <h2 id={`${id}-what`}>{t('whatIsWrong')}</h2>
        <p className="muted">{t('whatIsWrongHint')}</p>
        <fieldset className="p-chips" aria-labelledby={`${id}-what`}>
          {FAULTS.map((fault) => (
            <label key={fault} className="p-chip">
              <input
                type="checkbox"
                checked={draft.faults.includes(fault)}
                onChange={(event) => toggle(fault, event.target.checked)}
              />
              <span>{t(`fault_${fault}`)}</span>
            </label>
          ))}
        </fieldset>
        <label>
          <span className="p-label">{t('words')}</span>
          <Input.TextArea
            id={`${id}-fault`}
            autoSize={{ minRows: 3 }}
            maxLength={5000}
            placeholder={t('wordsPlaceholder')}
            value={draft.words}
            status={tried && wrong.fault ? 'error' : ''}
            aria-invalid={tried && wrong.fault}
            aria-describedby={`${id}-fault-error`}
            onChange={(event) => change({ words: event.target.value })}
          />
        </label>
        <p className="p-error" id={`${id}-fault-error`} hidden={!(tried && wrong.fault)}>
          {t('faultRequired')}
        </p>
        <div>
          <span className="p-label">{t('media')}</span>
          <p className="muted" style={{ marginBottom: 8 }}>
            {t('mediaHint')}
          </p>
          <UploadField uploads={uploads} label={t('addMedia')} />
        </div>
      </section>
      {asked && (
        <Suspense fallback={<Skeleton active />}>
          <OwnForm ref={own} asked={asked} start={ownStart} disabled={busy} onValues={keepOwn} />
        </Suspense>
      )}
      <section className="p-card">
        <h2>{t('contact')}</h2>
        <label>
          <span className="p-label">{t('name')}</span>
          <Input
            id={`${id}-name`}
            autoComplete="name"
            maxLength={200}
            value={draft.name}
            status={tried && wrong.name ? 'error' : ''}
            aria-invalid={tried && wrong.name}
            aria-describedby={`${id}-name-error`}
            onChange={(event) => change({ name: event.target.value })}
          />
        </label>
        <p className="p-error" id={`${id}-name-error`} hidden={!(tried && wrong.name)}>
          {t('nameRequired')}
        </p>
        <label>
          <span className="p-label">{t('phone')}</span>
          <Input
            id={`${id}-phone`}
            type="tel"
            autoComplete="tel"
            maxLength={60}
            value={draft.phone}
            status={tried && wrong.phone ? 'error' : ''}
            aria-invalid={tried && wrong.phone}
            aria-describedby={`${id}-phone-error`}
            onChange={(event) => change({ phone: event.target.value })}
          />
        </label>
        <p className="p-error" id={`${id}-phone-error`} hidden={!(tried && wrong.phone)}>
          {t('phoneInvalid')}
        </p>
      </section>
      <div aria-live="polite">
        {tried && !uploads.settled && <p className="p-error">{t('waitUploads')}</p>}
        {failure !== undefined && (
          <p className="p-error" role="alert">
            {problemText(failure)}
          </p>
        )}
      </div>
      <Button type="primary" htmlType="submit" loading={busy} block style={{ minHeight: 56, fontSize: 18 }}>
        {busy ? t('sending') : t('send')}
      </Button>
      <p className="p-foot">{t('privacy')}</p>
    </form>
  );
}

export function IntakePage({ token }: { token: string }) {
  const t = useMessages(portal);
  const [reported, setReported] = useState<Reported>();
  const path = url('/api/v1/public/devices/{token}', { token });
  const page = useQuery({
    queryKey: ['public', 'device', token],
    queryFn: ({ signal }) => api.get<DevicePageData>(path, undefined, { signal, anonymous: true }),
  });
  if (page.isError && !page.data) {
    return <InsteadPage page={failurePage(page.error)} onRetry={() => void page.refetch()} />;
  }
  if (!page.data) {
    return (
      <Frame title={t('report')}>
        <Skeleton active paragraph={{ rows: 8 }} />
      </Frame>
    );
  }
  const { company, device, site_name, place, open_ticket: known } = page.data;
  if (reported) return <Thanks reported={reported} company={company} onAgain={() => setReported(undefined)} />;
  return (
    <Frame company={company} title={t('report')}>
      <h1>{t('report')}</h1>
      <section className="p-card" aria-label={t('yourDevice')}>
        <h2>{deviceName(device) || t('yourDevice')}</h2>
        <Facts
          items={[
            [t('serial'), device.serial],
            ...(site_name || place ? [[t('place'), [site_name, place].filter(Boolean).join(' · ')] as const] : []),
          ]}
        />
      </section>
      {known && (
        <section className="p-card p-wish" aria-label={t('knownFault')}>
          <h2>{t('knownFault')}</h2>
          <p>
            {t('knownFaultText', {
              number: known.number,
              time: formatTime(known.created_at),
              status: choiceText(choices.ticketStatus, known.status),
            })}
          </p>
        </section>
      )}
      <ReportForm token={token} asked={page.data.form} onReported={setReported} />
    </Frame>
  );
}
