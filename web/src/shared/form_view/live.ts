/** What formulas and defaults by expression make of a form while somebody types; the server has the last word. */
import { queryClient } from '../api/query_client';
import type { Session } from '../api/types';
import { isEmpty } from '../json';
import type { FormRecord } from '../forms';
import { liveValues, type Live, type Scene } from '../formulas/live';
import { isComputed, isSeenBy } from './kinds';
import { sameRecord } from './record_values';
import type { FormViewProps } from './types';

export function sceneOf(now: Date): Scene {
  return { now, me: queryClient.getQueryData<Session>(['session'])?.user.id };
}

/** By field; empty while an old record is as it is stored, since what stands in it was worked out by the server. */
export function liveOf(
  { catalogue, form, before, values, channel }: FormViewProps,
  record: FormRecord,
  wrong: ReadonlySet<string>,
  roles: readonly string[],
  now: Date,
): ReadonlyMap<string, Live> {
  const inputs = (of: FormRecord): FormRecord =>
    Object.fromEntries(
      catalogue.fields
        .filter((field) => !isComputed(field.kind) && !isEmpty(of[field.id]))
        .map((field) => [field.id, of[field.id]]),
    );
  if (before !== undefined && sameRecord(inputs(before), inputs(values))) return new Map();
  const unseen = new Set(wrong);
  const items = form.body.flatMap((section) => section.parts.flatMap((part) => part.items));
  const onForm = new Set(items.flatMap((item) => (item.type === 'field' ? [item.field] : [])));
  for (const field of catalogue.fields) {
    // Customers get the fields of their form alone, whatever else the record has.
    const kept = (channel ?? form.channel) === 'customer' && !onForm.has(field.id);
    if (kept || !isSeenBy(field, roles)) unseen.add(field.id);
  }
  return liveValues({ catalogue, record, before, unseen, scene: sceneOf(now) });
}
