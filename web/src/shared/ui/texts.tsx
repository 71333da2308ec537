/** Small pieces of text that mean something: times, money, tags, people, warranty. */
import { Tooltip } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { defineMessages, labelText, useLocale, useMessages } from '../i18n';
import { findChoice, type Choice, type Tone } from '../labels';
import { formatMoney } from '../money';
import { formatFullTime, formatMinutes, formatRelative, formatTime, minutesLeft } from '../time';
import { common } from './messages';

/** The present minute, so that relative times move on by themselves. */
export function useNow(everyMs = 30_000): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function TimeText({ at, relative = false }: { at: string | null | undefined; relative?: boolean }) {
  const now = useNow();
  const locale = useLocale();
  if (!at) return <span className="muted">—</span>;
  return (
    <Tooltip title={`${formatFullTime(at)} · ${formatRelative(at, now, locale)}`}>
      <time dateTime={at} className="nowrap number">
        {relative ? formatRelative(at, now, locale) : formatTime(at, now)}
      </time>
    </Tooltip>
  );
}

/** A due time with what is left of it; red when over, amber in the last hour. */
export function DueText({ at, met }: { at: string | null | undefined; met?: boolean }) {
  const t = useMessages(common);
  const locale = useLocale();
  const now = useNow();
  if (!at) return <span className="muted">—</span>;
  if (met) return <TimeText at={at} />;
  const left = minutesLeft(at, now);
  const text = t(left < 0 ? 'overdue' : 'left', { time: formatMinutes(Math.abs(left), locale) });
  const tone: Tone = left < 0 ? 'danger' : left < 60 ? 'waiting' : 'closed';
  return (
    <Tooltip title={formatFullTime(at)}>
      <span className={`tag tag-${tone}`}>{text}</span>
    </Tooltip>
  );
}

export function MoneyText({ minor, currency }: { minor: number | null | undefined; currency?: string | null }) {
  useLocale();
  if (minor === null || minor === undefined) return <span className="muted">—</span>;
  return <span className="number nowrap">{formatMoney(minor, currency ?? 'CNY')}</span>;
}

export function ToneTag({ tone, children }: { tone?: Tone | undefined; children: ReactNode }) {
  return <span className={`tag tag-${tone ?? 'closed'}`}>{children}</span>;
}

/** A value of a closed set in words, coloured by what it means. */
export function StatusTag({ of, value }: { of: readonly Choice[]; value: string | null | undefined }) {
  const locale = useLocale();
  const found = findChoice(of, value);
  if (!value) return <span className="muted">—</span>;
  return <ToneTag tone={found?.tone}>{found ? labelText(found, locale) : value}</ToneTag>;
}

export function ChoiceText({ of, value }: { of: readonly Choice[]; value: string | null | undefined }) {
  const locale = useLocale();
  const found = findChoice(of, value);
  if (!value) return <span className="muted">—</span>;
  return <>{found ? labelText(found, locale) : value}</>;
}

export function PersonText({ name }: { name: string | null | undefined }) {
  return name ? <span className="nowrap">{name}</span> : <span className="muted">—</span>;
}

const warrantyMessages = defineMessages(
  {
    in: '保内',
    out: '保外',
    unknown: '保修未知',
    until: '至 {date}',
    factory_warranty: '厂家保修期内',
    contract: '服务合同覆盖',
    warranty_contract: '保修合同覆盖',
    service_contract: '服务合同覆盖',
    expired: '保修已到期',
    not_started: '保修尚未开始',
    no_dates: '没有登记保修日期',
    no_device: '工单没有关联设备',
    scrapped: '设备已报废',
    device_unknown: '没有登记设备',
  },
  {
    in: 'In warranty',
    out: 'Out of warranty',
    unknown: 'Warranty unknown',
    until: 'until {date}',
    factory_warranty: 'within the factory warranty',
    contract: 'covered by a contract',
    warranty_contract: 'covered by a warranty contract',
    service_contract: 'covered by a service contract',
    expired: 'the warranty has ended',
    not_started: 'the warranty has not begun',
    no_dates: 'no warranty dates are recorded',
    no_device: 'the ticket has no device',
    scrapped: 'the device is scrapped',
    device_unknown: 'the device is not registered',
  },
);

export interface WarrantyVerdict {
  in_warranty?: boolean | string | null;
  reason_code?: string | null;
  until?: string | null;
  contract_id?: string | null;
  reason_zh?: string | null;
  reason_en?: string | null;
}

export function WarrantyTag({
  verdict,
  reason = false,
}: {
  verdict: WarrantyVerdict | null | undefined;
  reason?: boolean;
}) {
  const t = useMessages(warrantyMessages);
  const locale = useLocale();
  const covered = verdict?.in_warranty;
  const state =
    covered === true || covered === 'true' || covered === 'yes'
      ? 'in'
      : covered === false || covered === 'no'
        ? 'out'
        : 'unknown';
  const code = verdict?.reason_code ?? '';
  const given = locale === 'en' ? verdict?.reason_en : verdict?.reason_zh;
  const why = given ?? (code in warrantyMessages.zh ? t(code as keyof typeof warrantyMessages.zh) : '');
  const words = [why, verdict?.until ? t('until', { date: verdict.until }) : ''].filter(Boolean).join(' · ');
  const tag = <ToneTag tone={state === 'in' ? 'resolved' : state === 'out' ? 'waiting' : 'closed'}>{t(state)}</ToneTag>;
  if (reason) {
    return (
      <span className="row" style={{ gap: 6 }}>
        {tag} {words && <span className="muted">{words}</span>}
      </span>
    );
  }
  return words ? <Tooltip title={words}>{tag}</Tooltip> : tag;
}

export interface AddressValue {
  province?: string | null;
  city?: string | null;
  district?: string | null;
  street?: string | null;
}

/** Province, city, district, street as Chinese addresses are written; a municipality isn't said twice. */
export function addressText(address: AddressValue | null | undefined): string {
  if (!address) return '';
  const city = address.city === address.province ? undefined : address.city;
  return [address.province, city, address.district, address.street].filter(Boolean).join('');
}

export function Facts({ items }: { items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {items.map(([label, value]) => (
        <div key={label} style={{ display: 'contents' }}>
          <dt>{label}</dt>
          <dd>{value === null || value === undefined || value === '' ? <span className="muted">—</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
