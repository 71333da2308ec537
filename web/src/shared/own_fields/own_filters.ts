/** Own fields as lists filter by them. */
import { currencyOf, ruleType, type Field } from '../form_types';
import { isSeenBy } from '../form_view/kinds';
import type { FilterField } from '../filter/tree';
import type { FieldsView } from '../objects/queries';
import { relationFor } from '../records/relations';

/** What somebody may look for: roles by which they see fields, and whether they read personal data. */
export interface Reader {
  roles: readonly string[];
  personal: boolean;
}

/** Whether lists can use the field now: it is gathered in the index, and the person reads its values. */
export function isListed(view: FieldsView, field: Field, reader: Reader): boolean {
  if (field.retired === true || field.filterable !== true) return false;
  if (!isSeenBy(field, reader.roles) || (field.personal === true && !reader.personal)) return false;
  return view.index.find((one) => one.field === field.id)?.state !== 'filling';
}

/** Whether lists can be sorted by the field now. */
export function isSortable(view: FieldsView, field: Field, reader: Reader): boolean {
  return field.sortable === true && isListed(view, field, reader) && ruleType(field.kind) !== 'tags';
}

export function filterField(field: Field): FilterField | undefined {
  const { kind, id, label } = field;
  const type = ruleType(kind);
  if (type === undefined) return undefined;
  const currency = currencyOf(kind);
  const plain: FilterField = { id, label, type, ...(currency === undefined ? {} : { money: true, currency }) };
  switch (kind.type) {
    case 'choice':
    case 'choices':
      return {
        ...plain,
        choices: (kind.options ?? []).map((option) => ({ value: option.id, zh: option.label.zh, en: option.label.en })),
      };
    case 'person':
      return { ...plain, of: 'user' };
    case 'team':
      return { ...plain, of: 'team' };
    case 'relation':
      return { ...plain, of: relationFor(kind.object) };
    case 'duration':
      return { ...plain, minutes: true };
    case 'region':
      return { ...plain, region: true, operators: ['starts_with', 'is_empty', 'is_not_empty'] };
    case 'system':
      return type === 'id' ? { ...plain, of: 'user' } : plain;
    case 'signature':
    case 'attachment':
    case 'image':
    case 'media':
      return { ...plain, operators: ['is_not_empty', 'is_empty'] };
    default:
      return plain;
  }
}

/** The filters by own fields that a list has now. */
export function ownFilters(view: FieldsView | undefined, reader: Reader): FilterField[] {
  if (!view) return [];
  return view.catalogue.fields
    .filter((field) => isListed(view, field, reader))
    .flatMap((field) => filterField(field) ?? []);
}
