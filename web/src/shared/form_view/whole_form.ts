/** The form of an object that has none: every field in use, in the catalogue's order. */
import type { Catalogue, Field, Form, FormField, FormSection } from '../form_types';
import { isEmpty } from '../json';

const WIDE: ReadonlySet<string> = new Set(['long_text', 'rich_text', 'sub_table', 'image', 'location']);

const item = (field: Field, width: number): FormField => ({ type: 'field', field: field.id, width });

/** Short fields stand beside each other, long ones below them over the full width. */
export function wholeForm(catalogue: Catalogue, { columns = 2 }: { columns?: 1 | 2 } = {}): Form {
  const fields = catalogue.fields.filter((field) => field.retired !== true);
  const body: FormSection[] = [];
  let short: Field[] = [];
  const flush = () => {
    if (short.length === 0) return;
    const each = Math.ceil(short.length / columns);
    const parts = Array.from({ length: columns }, (_, at) => ({
      items: short.slice(at * each, (at + 1) * each).map((field) => item(field, 3)),
    })).filter((part) => part.items.length > 0);
    // One lone field keeps the width it would have beside another.
    if (columns === 2 && parts.length === 1) parts.push({ items: [] });
    body.push({ layout: 'columns', parts });
    short = [];
  };
  for (const field of fields) {
    if (!WIDE.has(field.kind.type)) {
      short.push(field);
      continue;
    }
    flush();
    body.push({ layout: 'columns', parts: [{ items: [item(field, 3)] }] });
  }
  flush();
  return { id: '', name: { zh: '全部字段', en: 'All fields' }, channel: 'staff', version: 1, body };
}

/** A form for reading: beside what stands on it also the other fields that have a value, which others filled in. */
export function withRest(form: Form, catalogue: Catalogue, values: Readonly<Record<string, unknown>>): Form {
  const items = form.body.flatMap((section) => section.parts.flatMap((part) => part.items));
  const placed = new Set(items.flatMap((one) => (one.type === 'field' ? [one.field] : [])));
  const rest = catalogue.fields.filter((field) => !placed.has(field.id) && !isEmpty(values[field.id]));
  if (rest.length === 0) return form;
  return { ...form, body: [...form.body, ...wholeForm({ ...catalogue, fields: rest }).body] };
}
