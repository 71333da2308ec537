/** The form of an object that has none: every field in use, in the catalogue's order. */
import type { Catalogue, Field, Form, FormField, FormSection } from '../form_types';

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
