/** Inputs for numbers: counts, amounts of money, lengths of time. */
import { InputNumber, Rate } from 'antd';
import type { FieldKind } from '../../form_types';
import { toMajor, toMinor } from '../../money';
import { formView } from '../messages';
import { useFormMessages } from '../scope';
import type { InputProps } from '../types';

const status = (invalid: boolean) => (invalid ? { status: 'error' as const } : {});

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function NumberInput({ kind, ...props }: InputProps & { kind: FieldKind }) {
  return (
    <InputNumber
      id={props.id}
      value={numberOf(props.value)}
      controls={false}
      disabled={props.disabled}
      suffix={kind.type === 'percent' ? '%' : undefined}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      style={{ width: '100%' }}
      onChange={(next) => props.onChange(next)}
      onBlur={props.onLeave}
      {...status(props.invalid)}
    />
  );
}

function symbolOf(currency: string, locale: string): string {
  try {
    const parts = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
    return parts.formatToParts(0).find((part) => part.type === 'currency')?.value ?? currency;
  } catch {
    return currency;
  }
}

/**
 * What somebody typed or pasted as a number: `￥1,200 元` is 1200. No text stays no text, which is no amount: as a
 * number it would read as nought.
 */
export function typedAmount(text: string): number {
  const bare = text.replaceAll(/[,，\s￥¥$€£元]/g, '');
  return bare === '' ? ('' as unknown as number) : Number(bare);
}

/** Typed in yuan, kept in fen, so that nothing is lost to rounding. */
export function MoneyInput({ currency, locale, ...props }: InputProps & { currency: string; locale: string }) {
  const minor = numberOf(props.value);
  return (
    <InputNumber
      id={props.id}
      value={minor === null ? null : toMajor(minor, currency)}
      controls={false}
      disabled={props.disabled}
      prefix={symbolOf(currency, locale)}
      aria-label={props.label}
      formatter={(value, { userTyping, input }) =>
        userTyping ? input : value === undefined || value === null ? '' : grouped(value)
      }
      parser={(text) => typedAmount(text ?? '')}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      style={{ width: '100%' }}
      onChange={(next) => props.onChange(next === null || Number.isNaN(next) ? null : toMinor(next, currency))}
      onBlur={props.onLeave}
      {...status(props.invalid)}
    />
  );
}

function grouped(value: number | string): string {
  const [whole = '', decimals] = String(value).split('.');
  const marked = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return decimals === undefined ? marked : `${marked}.${decimals.padEnd(2, '0')}`;
}

/** Hours and minutes, kept in seconds. */
export function DurationInput(props: InputProps) {
  const t = useFormMessages(formView);
  const seconds = numberOf(props.value);
  const hours = seconds === null ? null : Math.floor(seconds / 3600);
  const minutes = seconds === null ? null : Math.floor((seconds % 3600) / 60);
  const rest = seconds === null ? 0 : seconds % 60;
  const change = (nextHours: number | null, nextMinutes: number | null) =>
    props.onChange(
      nextHours === null && nextMinutes === null
        ? null
        : Math.round((nextHours ?? 0) * 3600 + (nextMinutes ?? 0) * 60 + rest),
    );
  const part = (value: number | null, unit: string, set: (next: number | null) => void) => (
    <InputNumber
      value={value}
      min={0}
      controls={false}
      disabled={props.disabled}
      suffix={unit}
      aria-label={`${props.label} (${unit})`}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      style={{ flex: 1, minWidth: 0 }}
      onChange={set}
      onBlur={props.onLeave}
      {...status(props.invalid)}
    />
  );
  return (
    <div className="row" style={{ flexWrap: 'nowrap' }} role="group" aria-label={props.label}>
      {part(hours, t('hours'), (next) => change(next, minutes))}
      {part(minutes, t('minutes'), (next) => change(hours, next))}
    </div>
  );
}

export function RatingInput({ max, ...props }: InputProps & { max: number }) {
  const t = useFormMessages(formView);
  const stars = numberOf(props.value) ?? 0;
  return (
    <span className="row" style={{ gap: 8 }}>
      <Rate
        count={max}
        value={stars}
        disabled={props.disabled}
        onChange={(next) => {
          props.onChange(next === 0 ? null : next);
          props.onLeave();
        }}
      />
      <span className="muted">{stars === 0 ? t('noRating') : t('stars', { n: stars, max })}</span>
    </span>
  );
}
