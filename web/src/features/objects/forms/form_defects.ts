/** What is wrong with a form, as engines/forms/src/form.rs says it. */
import type { Catalogue, Field, Form } from '@/shared/form_types';
import { isComputed } from '@/shared/form_view/kinds';
import type { Defect } from '../fields/defects';
import { MOST_PARTS } from './form_tree';

const NOT_FOR_CUSTOMERS: ReadonlySet<string> = new Set([
  'person',
  'team',
  'relation',
  'attachment',
  'image',
  'media',
  'signature',
]);

function isForCustomers({ kind }: Field): boolean {
  if (kind.type === 'sub_table') return kind.fields.every(isForCustomers);
  return !NOT_FOR_CUSTOMERS.has(kind.type);
}

export function formDefects(form: Form, catalogue: Catalogue): Defect[] {
  const found: Defect[] = [];
  const met = new Set<string>();
  const given = new Set<string>();
  const add = (pointer: string, code: string) => found.push({ pointer, code });
  if (form.name.zh === '' && form.name.en === '') add('/name', 'label_missing');
  for (const [sectionAt, section] of form.body.entries()) {
    const at = `/body/${sectionAt}`;
    if (section.parts.length < 1 || section.parts.length > MOST_PARTS[section.layout])
      add(`${at}/parts`, 'out_of_range');
    for (const [partAt, part] of section.parts.entries()) {
      if (section.layout !== 'columns' && !part.title) add(`${at}/parts/${partAt}/title`, 'title_missing');
      for (const [itemAt, item] of part.items.entries()) {
        const place = `${at}/parts/${partAt}/items/${itemAt}`;
        if (item.type === 'text') {
          if (item.text.zh === '' && item.text.en === '') add(`${place}/text`, 'text_missing');
          continue;
        }
        if (met.has(item.field)) add(`${place}/field`, 'duplicate_field');
        met.add(item.field);
        if (item.read_only !== true) given.add(item.field);
        const field = catalogue.fields.find((one) => one.id === item.field);
        const takesInput = field !== undefined && field.read_only !== true && !isComputed(field.kind);
        if (!field) add(`${place}/field`, 'unknown_field');
        else if (field.retired === true) add(`${place}/field`, 'retired_field');
        else if (item.required === true && (item.read_only === true || !takesInput)) {
          add(`${place}/required`, 'required_read_only');
        }
        if (field && form.channel === 'customer' && !isForCustomers(field)) add(`${place}/field`, 'not_for_customers');
      }
    }
  }
  if (form.channel === 'customer') {
    const missing = catalogue.fields.some(
      (field) =>
        field.required === true &&
        field.retired !== true &&
        field.read_only !== true &&
        !isComputed(field.kind) &&
        field.default === undefined &&
        field.default_expression === undefined &&
        !given.has(field.id),
    );
    if (missing) add('/body', 'required_field_missing');
  }
  return found;
}
