/** A meter's reading in one line: what was read, and when, which may be long before it was noted. */
import { defineMessages, useMessages } from '../i18n';
import { formatTime } from '../time';

const messages = defineMessages({ anew: '归零或更换后' }, { anew: 'begun anew' });

export function MeterReading({ data }: { data: unknown }) {
  const t = useMessages(messages);
  const { name, value, unit, at, reset } = data as Readonly<Record<string, unknown>>;
  return (
    <div className="muted">
      {String(name)}: <span className="number">{`${String(value)} ${String(unit)}`}</span>
      {typeof at === 'string' && <span className="number"> · {formatTime(at)}</span>}
      {reset === true && <> · {t('anew')}</>}
    </div>
  );
}
