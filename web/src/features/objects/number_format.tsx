/** The settings of an object's numbers, with the number that they make. */
import { InputNumber, Select } from 'antd';
import { useMessages } from '@/shared/i18n';
import { today } from '@/shared/time';
import { Prop, Wrong } from './fields/prop';
import { objects } from './messages';
import { DIGITS, PLAIN, numberFault, sampleNumber, type NumberFormat } from './numbering';

export function NumberFormatFields({
  prefix,
  before,
  value = PLAIN,
  onChange,
}: {
  prefix: string;
  /** The prefix that is saved, which may stay whatever it is. */
  before?: string;
  value?: NumberFormat;
  onChange?: (format: NumberFormat) => void;
}) {
  const t = useMessages(objects);
  const set = (change: Partial<NumberFormat>) => onChange?.({ ...value, ...change });
  const fault = numberFault(prefix, value, before);
  return (
    <>
      <div className="prop-three">
        <Prop label={t('numberDate')}>
          {(control) => (
            <Select
              {...control}
              style={{ width: '100%' }}
              value={value.date}
              options={(['none', 'year', 'month'] as const).map((date) => ({
                value: date,
                label: t(`numberDate_${date}`),
              }))}
              onChange={(date) => set({ date })}
            />
          )}
        </Prop>
        <Prop label={t('numberDigits')}>
          {(control) => (
            <InputNumber
              {...control}
              style={{ width: '100%' }}
              precision={0}
              min={DIGITS.min}
              max={DIGITS.max}
              value={value.digits}
              onChange={(digits) => set({ digits: digits ?? PLAIN.digits })}
            />
          )}
        </Prop>
        <Prop label={t('numberStart')}>
          {(control) => (
            <InputNumber
              {...control}
              style={{ width: '100%' }}
              precision={0}
              min={1}
              value={value.start}
              onChange={(start) => set({ start: start ?? PLAIN.start })}
            />
          )}
        </Prop>
      </div>
      {fault ? (
        <Wrong texts={[t(fault)]} />
      ) : (
        <output className="prop-help" aria-live="polite">
          {t('prefixHint', { sample: sampleNumber(prefix, value, today()) })}{' '}
          {t(value.date === 'none' ? 'numberGoesOn' : `numberAnew_${value.date}`)}
        </output>
      )}
    </>
  );
}
