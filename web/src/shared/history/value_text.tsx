import { labelText, useLocale, useMessages } from '../i18n';
import { findChoice } from '../labels';
import { formatMoney } from '../money';
import { RefText } from '../records/ref_text';
import { formatTime } from '../time';
import { common } from '../ui/messages';
import { addressText, type AddressValue } from '../ui/texts';
import { choicesOf, fieldText, isEmpty, referenceOf, SILENT, UUID } from './words';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** One value of a change in words: names for ids, labels for codes, the tenant's time for instants. */
export function ValueText({ object, field, value }: { object: string; field: string; value: unknown }) {
  const locale = useLocale();
  const t = useMessages(common);
  if (isEmpty(value)) return <span className="muted">{t('none')}</span>;
  if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>;
  if (typeof value === 'number')
    return <span className="number">{field.endsWith('_minor') ? formatMoney(value) : value}</span>;
  if (typeof value === 'string') {
    const reference = referenceOf(object, field);
    if (reference && UUID.test(value)) return <RefText of={reference} id={value} />;
    const found = findChoice(choicesOf(object, field) ?? [], value);
    if (found) return <>{labelText(found, locale)}</>;
    if (ISO.test(value)) return <>{formatTime(value)}</>;
    return <>{value}</>;
  }
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item === 'string' && !UUID.test(item))) {
      const known = choicesOf(object, field) ?? [];
      const words = value.map((item: string) => {
        const found = findChoice(known, item);
        return found ? labelText(found, locale) : item;
      });
      return <>{words.join(locale === 'en' ? ', ' : '、')}</>;
    }
    if (field === 'phones') {
      return <>{value.map((phone) => (phone as { number?: string }).number).join(locale === 'en' ? ', ' : '、')}</>;
    }
    return <>{locale === 'en' ? (value.length === 1 ? '1 entry' : `${value.length} entries`) : `${value.length} 项`}</>;
  }
  if (field === 'address') return <>{addressText(value as AddressValue)}</>;
  const parts = Object.entries(value as Record<string, unknown>).filter(
    ([name, part]) => !isEmpty(part) && !SILENT.has(name),
  );
  return (
    <>
      {parts.map(([name, part], index) => (
        <span key={name}>
          {index > 0 && (locale === 'en' ? '; ' : '；')}
          {fieldText(name)}: {typeof part === 'object' ? '…' : <ValueText object={object} field={name} value={part} />}
        </span>
      ))}
    </>
  );
}
