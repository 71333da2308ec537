/** One value of an own field as people read it, in lists, on pages and in what happened. */
import { EyeOutlined } from '@ant-design/icons';
import { Button, Rate } from 'antd';
import { useState, type ReactNode } from 'react';
import { api } from '../api/api';
import { problemText } from '../api/problem';
import { currencyOf, type Field, type FieldKind, type ResultType, type SubTableKind } from '../form_types';
import { isEmpty, isObject } from '../json';
import { RefText } from '../records/ref_text';
import { relationFor, relationOf, type RelationName } from '../records/relations';
import { formatFullTime, formatMinutes, zoned } from '../time';
import { MoneyText } from '../ui/texts';
import { OptionText, isTree, pathOf } from './inputs/choices';
import { FileFace, SignatureFace, contentOf, idsOf, useFiles } from './inputs/files';
import type { Place } from './inputs/location';
import { isMasked } from './kinds';
import { Markdown } from './markdown';
import { formView } from './messages';
import { regionText, useRegions } from './regions';
import { useFormLabel, useFormMessages, useFormScope } from './scope';
import type { FieldFault, RecordPlace } from './types';

const MOST_IN_A_ROW = 3;

function Nothing() {
  return <span className="muted">—</span>;
}

function grouped(number: number, locale: string, decimals = 6): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: decimals }).format(number);
}

function RegionText({ code }: { code: string }) {
  const regions = useRegions();
  return <span>{regions ? regionText(regions, code) || code : '…'}</span>;
}

/** Several of something; in a list only the first few, and how many more there are. */
function Several({ items, compact }: { items: ReactNode[]; compact: boolean }) {
  const t = useFormMessages(formView);
  const shown = compact ? items.slice(0, MOST_IN_A_ROW) : items;
  const rest = items.length - shown.length;
  return (
    <span className="fv-several">
      {shown.map((item, at) => (
        // The items of a value have no names of their own.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={at}>{item}</span>
      ))}
      {rest > 0 && <span className="muted nowrap">{t('more', { n: rest })}</span>}
    </span>
  );
}

function References({ of, value, compact }: { of: RelationName; value: unknown; compact: boolean }) {
  const ids = idsOf(value);
  const { preview } = useFormScope();
  if (ids.length === 0 || preview) return <Nothing />;
  return (
    <Several
      compact={compact}
      items={ids.map((id) => (
        <RefText key={id} of={of} id={id} />
      ))}
    />
  );
}

function Files({ kind, value, compact }: { kind: 'attachment' | 'image' | 'media'; value: unknown; compact: boolean }) {
  const t = useFormMessages(formView);
  const ids = idsOf(value);
  const files = useFiles(compact && kind !== 'image' ? [] : ids);
  if (ids.length === 0) return <Nothing />;
  if (compact && kind === 'image') {
    const [first = ''] = ids;
    return (
      <span className="row" style={{ gap: 6 }}>
        <img className="fv-mini" src={contentOf(first)} alt={files[0]?.name ?? t('image')} loading="lazy" />
        {ids.length > 1 && <span className="muted">{t('more', { n: ids.length - 1 })}</span>}
      </span>
    );
  }
  if (compact) return <>{t('filesCount', { n: ids.length })}</>;
  return (
    <ul className={kind === 'image' ? 'fv-pictures' : 'plain-list'}>
      {ids.map((id, at) => (
        <li key={id}>
          <FileFace id={id} file={files[at]} kind={kind} />
        </li>
      ))}
    </ul>
  );
}

function LocationText({ place, compact }: { place: Place; compact: boolean }) {
  const t = useFormMessages(formView);
  const { lat, lng, system, address } = place;
  const point = typeof lat === 'number' && typeof lng === 'number' ? `${lat.toFixed(5)}, ${lng.toFixed(5)}` : '';
  if (compact) return <>{address || point}</>;
  // The map apps of the phone take this address; nothing is asked of the network before somebody follows it.
  const map = point === '' ? undefined : `geo:${lat},${lng}?q=${lat},${lng}`;
  return (
    <span>
      {address && <span>{address} </span>}
      {point && (
        <span className="muted number nowrap">
          {point}
          {(system === 'gcj02' || system === 'bd09') && ` · ${t(system)}`}{' '}
        </span>
      )}
      {map && system !== 'bd09' && (
        <a href={map} className="fv-underlined">
          {t('openMap')}
        </a>
      )}
    </span>
  );
}

function Rows({ kind, value, compact }: { kind: SubTableKind; value: unknown; compact: boolean }) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const { phone } = useFormScope();
  const rows = Array.isArray(value) ? value.filter(isObject) : [];
  if (rows.length === 0) return <Nothing />;
  if (compact) return <>{t('rowsCount', { n: rows.length })}</>;
  const columns = kind.fields.filter(
    (column) => column.retired !== true || rows.some((row) => !isEmpty(row[column.id])),
  );
  if (phone) {
    return (
      <ol className="fv-row-cards">
        {rows.map((row, at) => (
          // Rows of a value have no ids.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={at}>
            <dl className="facts">
              {columns.map((column) => (
                <div key={column.id} style={{ display: 'contents' }}>
                  <dt>{say(column.label)}</dt>
                  <dd>
                    <FieldValue field={column} value={row[column.id]} />
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
    );
  }
  return (
    // A wide table scrolls to the side, with the keyboard as well.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('rowsCount', { n: rows.length })}>
      <table className="data-table fv-rows">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col">
                {say(column.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={at}>
              {columns.map((column) => (
                <td key={column.id}>
                  <FieldValue field={column} value={row[column.id]} compact />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Personal data that is hidden until somebody asks for it; the server writes down who did. */
function Masked({ field, place, compact }: { field: Field; place: RecordPlace | undefined; compact: boolean }) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const [shown, setShown] = useState<{ value: unknown }>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  if (shown) return <FieldValue field={{ ...field, personal: false }} value={shown.value} compact={compact} />;
  const reveal = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      setShown({ value: await revealField(place, field.id) });
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="row" style={{ gap: 4 }}>
      <span title={t('masked')}>***</span>
      {canReveal(place) && !compact && (
        <Button
          size="small"
          type="link"
          icon={<EyeOutlined />}
          loading={busy}
          aria-label={t('showField', { label: say(field.label) })}
          onClick={() => void reveal()}
        >
          {t('show')}
        </Button>
      )}
      {problem && (
        <span role="alert" className="fv-problem">
          {problem}
        </span>
      )}
    </span>
  );
}

/** The server shows personal data of a stored record one field at a time. */
export function canReveal(place: RecordPlace | undefined): boolean {
  return place?.id !== undefined;
}

export async function revealField(place: RecordPlace | undefined, field: string): Promise<unknown> {
  const records = relationOf(relationFor(place?.object ?? '')).path;
  const path = `${records}/${encodeURIComponent(place?.id ?? '')}/reveal`;
  return (await api.post<{ value: unknown }>(path, { field })).value;
}

export interface FieldValueProps {
  field: Field;
  value: unknown;
  /** On one line, as in lists. */
  compact?: boolean;
  place?: RecordPlace | undefined;
  /** The server is still working it out. */
  computing?: boolean;
  /** Why the server could not work it out. */
  fault?: FieldFault | undefined;
}

export function FieldValue({ field, value, compact = false, place, computing = false, fault }: FieldValueProps) {
  const t = useFormMessages(formView);
  const { locale } = useFormScope();
  if (fault) {
    return (
      <span>
        <span className="tag tag-danger">{t('fault')}</span>
        {!compact && <span className="muted"> {locale === 'en' ? fault.message : t('faultHint')}</span>}
      </span>
    );
  }
  if (computing) return <span className="tag tag-waiting">{t('computing')}</span>;
  if (isMasked(field, value)) return <Masked field={field} place={place} compact={compact} />;
  if (isEmpty(value)) return <Nothing />;
  return <OfKind kind={field.kind} value={value} compact={compact} />;
}

function OfKind({ kind, value, compact }: { kind: FieldKind; value: unknown; compact: boolean }) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const { locale } = useFormScope();
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const number = typeof value === 'number' ? value : Number.NaN;
  switch (kind.type) {
    case 'integer':
      return <span className="number">{grouped(number, locale, 0)}</span>;
    case 'decimal':
      return <span className="number">{grouped(number, locale, kind.scale ?? 2)}</span>;
    case 'percent':
      return <span className="number nowrap">{grouped(number, locale, kind.scale ?? 2)}%</span>;
    case 'money':
      return <MoneyText minor={number} currency={kind.currency} />;
    case 'duration':
      return (
        <span className="number nowrap">
          {number < 60 ? `${number} ${t('seconds')}` : formatMinutes(number / 60, locale)}
        </span>
      );
    case 'date':
    case 'time':
    case 'auto_number':
    case 'id_number':
    case 'barcode':
      return <span className="number nowrap">{text}</span>;
    case 'date_time':
      return <Instant at={text} />;
    case 'boolean':
      return <>{t(value === true ? 'yes' : 'no')}</>;
    case 'choice':
    case 'choices': {
      const options = kind.options ?? [];
      const items = idsOf(value).map((id) => {
        const option = options.find((one) => one.id === id);
        if (!option) return <span key={id}>{t('empty')}</span>;
        if (!isTree(kind) || compact) return <OptionText key={id} option={option} />;
        const names = pathOf(options, id).map((step) => say(options.find((one) => one.id === step)?.label));
        return <span key={id}>{names.join(' / ')}</span>;
      });
      return <Several items={items} compact={compact} />;
    }
    case 'region':
      return <RegionText code={text} />;
    case 'person':
      return <References of="user" value={value} compact={compact} />;
    case 'team':
      return <References of="team" value={value} compact={compact} />;
    case 'relation':
      return <References of={relationFor(kind.object)} value={value} compact={compact} />;
    case 'attachment':
    case 'image':
    case 'media':
      return <Files kind={kind.type} value={value} compact={compact} />;
    case 'signature':
      return <SignatureFace id={text} label={t('sign')} compact={compact} />;
    case 'location':
      return isObject(value) ? <LocationText place={value as Place} compact={compact} /> : <Nothing />;
    case 'rating':
      return compact ? (
        <span className="nowrap">
          <span aria-hidden="true" className="fv-star">
            ★
          </span>{' '}
          {t('stars', { n: number, max: kind.max ?? 5 })}
        </span>
      ) : (
        <span className="row" style={{ gap: 8 }}>
          <span aria-hidden="true">
            <Rate disabled count={kind.max ?? 5} value={number} tabIndex={-1} />
          </span>
          <span className="muted">{t('stars', { n: number, max: kind.max ?? 5 })}</span>
        </span>
      );
    case 'phone':
      return (
        <a href={`tel:${text.replace('x', ',')}`} className="number nowrap">
          {text}
        </a>
      );
    case 'email':
      return <a href={`mailto:${text}`}>{text}</a>;
    case 'url':
      return (
        <a href={text} target="_blank" rel="noreferrer noopener" className={compact ? 'fv-clip' : 'fv-wrap'}>
          {text.replace(/^https?:\/\//, '')}
        </a>
      );
    case 'long_text':
      return compact ? <span className="fv-clip">{text}</span> : <span className="prewrap">{text}</span>;
    case 'rich_text':
      return compact ? <span className="fv-clip">{text.replace(/[#*_`>~[\]]/g, '')}</span> : <Markdown text={text} />;
    case 'sub_table':
      return <Rows kind={kind} value={value} compact={compact} />;
    case 'formula':
    case 'look_up':
    case 'roll_up':
      return <Result kind={kind} value={value} />;
    case 'system':
      return kind.of.endsWith('_by') ? <References of="user" value={value} compact={compact} /> : <Instant at={text} />;
    case 'text':
      return <span className={compact ? undefined : 'fv-wrap'}>{text}</span>;
  }
}

function Instant({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatFullTime(at)} className="number nowrap">
      {zoned(at).format('YYYY-MM-DD HH:mm')}
    </time>
  );
}

/** What was worked out; an amount comes in minor units, as an amount that was typed does. */
function Result({ kind, value }: { kind: FieldKind & { result?: ResultType }; value: unknown }) {
  const t = useFormMessages(formView);
  const { locale } = useFormScope();
  const currency = currencyOf(kind);
  if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>;
  if (typeof value === 'number' && currency !== undefined) return <MoneyText minor={value} currency={currency} />;
  if (typeof value === 'number') return <span className="number">{grouped(value, locale)}</span>;
  if (kind.result === 'time' && typeof value === 'string') return <Instant at={value} />;
  return <>{typeof value === 'string' ? value : <Nothing />}</>;
}
