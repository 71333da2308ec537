/** An ISO 8601 duration as a number and a unit. */
import { InputNumber, Select, Space } from 'antd';
import { useMessages } from '@/shared/i18n';
import { words } from '../messages';

type Unit = 'minutes' | 'hours' | 'days' | 'weeks';
const UNITS: readonly Unit[] = ['minutes', 'hours', 'days', 'weeks'];

const written: Record<Unit, (n: number) => string> = {
  minutes: (n) => `PT${n}M`,
  hours: (n) => `PT${n}H`,
  days: (n) => `P${n}D`,
  weeks: (n) => `P${n}W`,
};

/** Reads durations of one unit, which is all that the fields here write. */
export function readDuration(text: string): { n: number; unit: Unit } | undefined {
  const match = /^P(?:(\d+)W|(\d+)D|T(\d+)H|T(\d+)M)$/.exec(text.trim());
  if (!match) return undefined;
  const [, weeks, days, hours, minutes] = match;
  const unit: Unit = weeks ? 'weeks' : days ? 'days' : hours ? 'hours' : 'minutes';
  return { n: Number(weeks ?? days ?? hours ?? minutes), unit };
}

export function DurationInput({
  value,
  onChange,
  label,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
}) {
  const t = useMessages(words);
  const read = readDuration(value);
  const unit = read?.unit ?? 'hours';
  return (
    <Space.Compact block>
      <InputNumber
        aria-label={label}
        min={1}
        max={9999}
        precision={0}
        value={read?.n ?? null}
        placeholder={value || t('noDue')}
        onChange={(n) => onChange(n ? written[unit](n) : '')}
        style={{ width: '60%' }}
      />
      <Select
        aria-label={`${label}: ${t(unit)}`}
        value={unit}
        options={UNITS.map((one) => ({ value: one, label: t(one) }))}
        onChange={(next: Unit) => onChange(written[next](read?.n ?? 1))}
        style={{ width: '40%' }}
      />
    </Space.Compact>
  );
}
