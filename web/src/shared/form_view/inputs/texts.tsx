/** Inputs for words: lines, paragraphs, telephone numbers, addresses. */
import { Input } from 'antd';
import type { TextLimits } from '../../form_types';
import type { InputProps } from '../types';

const LINE = 500;
const LONG = 20_000;

function words(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const TYPES = { text: 'text', phone: 'tel', email: 'email', url: 'url', id_number: 'text' } as const;

export function LineInput({ of, limits, ...props }: InputProps & { of: keyof typeof TYPES; limits?: TextLimits }) {
  return (
    <Input
      id={props.id}
      type={TYPES[of]}
      value={words(props.value)}
      disabled={props.disabled}
      maxLength={of === 'url' ? 2000 : (limits?.max_length ?? LINE)}
      autoComplete="off"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      {...(limits?.mask ? { placeholder: limits.mask } : of === 'url' ? { placeholder: 'https://' } : {})}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={props.onLeave}
    />
  );
}

export function LongInput({ limits, rows = 3, ...props }: InputProps & { limits: TextLimits; rows?: number }) {
  return (
    <Input.TextArea
      id={props.id}
      value={words(props.value)}
      disabled={props.disabled}
      maxLength={limits.max_length ?? LONG}
      autoSize={{ minRows: rows, maxRows: 16 }}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={props.onLeave}
    />
  );
}
