/** What a merge moves and changes, in words. */
import { useQuery } from '@tanstack/react-query';
import { OBJECTS } from '@/shared/history/event_words';
import { fieldText } from '@/shared/history/words';
import { labelText, useLocale, useMessages, type Label } from '@/shared/i18n';
import { fieldsQuery } from '@/shared/objects/queries';
import { customers } from './messages';
import { customerFields } from './model';

/** Rows that go along with a customer. */
export function useMoveName(): (name: string) => string {
  const t = useMessages(customers);
  const locale = useLocale();
  return (name) => {
    if (name in customers.zh && name !== 'name') return t(name as keyof typeof customers.zh);
    const words: Label | undefined = OBJECTS[name.replace(/s$/, '')];
    return words ? labelText(words, locale) : name;
  };
}

/** A field of a customer, also one that the company made. */
export function useFieldName(): (field: string) => string {
  const locale = useLocale();
  const own = useQuery(fieldsQuery('customer'));
  return (field) => {
    if (field.startsWith('ext.')) {
      const id = field.slice('ext.'.length);
      const found = own.data?.catalogue.fields.find((one) => one.id === id);
      return found ? labelText(found.label, locale) : id;
    }
    const spec = customerFields.find((one) => one.name === field);
    return spec ? labelText(spec.label, locale) : fieldText(field);
  };
}
