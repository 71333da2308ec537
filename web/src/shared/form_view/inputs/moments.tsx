/** Inputs for days, times of day and instants; instants are picked by the tenant's wall clock. */
import dayjs, { type Dayjs } from 'dayjs';
import { isDate, readTime } from '../../conditions';
import { FormDatePicker, FormTimePicker } from '../../fields/moment_pickers';
import { isTime, utc } from '../../form_texts';
import { instantToWall, wallToInstant } from '../../time';
import { useFormScope } from '../scope';
import type { InputProps } from '../types';

type Kind = 'date' | 'time' | 'date_time';

function shown(kind: Kind, value: unknown): Dayjs | null {
  if (typeof value !== 'string') return null;
  if (kind === 'date') return isDate(value) ? dayjs(value) : null;
  if (kind === 'time') return isTime(value) ? dayjs(`2000-01-01T${value}`) : null;
  return readTime(value) === undefined ? null : instantToWall(value);
}

function kept(kind: Kind, picked: Dayjs): string {
  if (kind === 'date') return picked.format('YYYY-MM-DD');
  if (kind === 'time') return picked.format('HH:mm');
  const instant = wallToInstant(picked.second(0).millisecond(0));
  return utc(instant) ?? instant;
}

export function MomentInput({ kind, ...props }: InputProps & { kind: Kind }) {
  const { phone } = useFormScope();
  const shared = {
    id: props.id,
    value: shown(kind, props.value),
    disabled: props.disabled,
    inputReadOnly: phone,
    'aria-label': props.label,
    'aria-describedby': props.describedBy,
    'aria-invalid': props.invalid,
    style: { width: '100%' },
    ...(props.invalid ? { status: 'error' as const } : {}),
    onChange: (picked: Dayjs | null) => {
      props.onChange(picked === null ? null : kept(kind, picked));
      props.onLeave();
    },
    onBlur: props.onLeave,
  };
  if (kind === 'time') return <FormTimePicker {...shared} format="HH:mm" needConfirm={false} />;
  if (kind === 'date') return <FormDatePicker {...shared} />;
  return <FormDatePicker {...shared} format="YYYY-MM-DD HH:mm" showTime={{ format: 'HH:mm' }} />;
}
