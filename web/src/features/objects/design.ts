/** The fields as they are being designed: adding, moving, copying and what others changed meanwhile. */
import type { Condition } from '@/shared/conditions';
import type { Catalogue, Field, FieldKind, Label } from '@/shared/form_types';
import { freeId } from './suggest';

/** A field on the drawing board. Its key stays the same while its id can still change, and two fields may share an id. */
export interface Entry {
  key: string;
  field: Field;
}

/** What is on the drawing board: fields in their order, and groups of entries' keys that are unique together. */
export interface Design {
  entries: readonly Entry[];
  together: readonly (readonly string[])[];
}

let made = 0;

/** A key that no other entry of this window has. */
export function newKey(): string {
  made += 1;
  return `e${made}`;
}

/** The catalogue on the drawing board. Fields keep the keys of those with the same id, so that what is chosen stays so. */
export function designOf(catalogue: Catalogue, before: readonly Entry[] = []): Design {
  const free = new Map(before.map((entry) => [entry.field.id, entry.key]));
  const entries = catalogue.fields.map((field) => {
    const key = free.get(field.id) ?? newKey();
    free.delete(field.id);
    return { key, field };
  });
  const keyOf = new Map(entries.map((entry) => [entry.field.id, entry.key]));
  const together = (catalogue.unique_together ?? []).map((group) => group.flatMap((id) => keyOf.get(id) ?? []));
  return { entries, together };
}

function labelOf(label: Label | undefined): Label | undefined {
  const zh = label?.zh.trim() ?? '';
  const en = label?.en.trim() ?? '';
  if (zh === '' && en === '') return undefined;
  // Who works in one language only gives one name; the other language shows the same.
  return { zh: zh === '' ? en : zh, en: en === '' ? zh : en };
}

/** The name with one language written anew; a language that only showed the same as the other goes with it. */
export function retold(label: Label, language: keyof Label, text: string): Label {
  const other = language === 'zh' ? 'en' : 'zh';
  const own = label[other] === label[language] ? '' : label[other];
  return language === 'zh' ? { zh: text, en: own } : { zh: label.zh, en: text };
}

function withoutNothing<T extends object>(value: T): T {
  const kept = Object.entries(value).filter(
    ([, one]) => one !== undefined && one !== false && !(Array.isArray(one) && one.length === 0),
  );
  return Object.fromEntries(kept) as T;
}

function kindToSend(kind: FieldKind): FieldKind {
  switch (kind.type) {
    case 'choice':
    case 'choices': {
      const options = kind.options ?? [];
      const sent = options.map((option) => withoutNothing({ ...option, label: labelOf(option.label) ?? option.label }));
      return { ...withoutNothing(kind), options: sent };
    }
    case 'sub_table':
      return { ...withoutNothing(kind), fields: kind.fields.map(fieldToSend) };
    default:
      return withoutNothing(kind);
  }
}

/** The field as it is sent and compared: what says nothing is left out. */
export function fieldToSend(field: Field): Field {
  const sent: Field = {
    ...withoutNothing(field),
    id: field.id,
    kind: kindToSend(field.kind),
    label: labelOf(field.label) ?? { zh: '', en: '' },
  };
  const help = labelOf(field.help);
  if (help) sent.help = help;
  else delete sent.help;
  // A default of false says something.
  if (field.default !== undefined && field.default !== null && field.default !== '') sent.default = field.default;
  else delete sent.default;
  return sent;
}

export function catalogueOf(object: string, { entries, together }: Design): Catalogue {
  const idOf = new Map(entries.map((entry) => [entry.key, entry.field.id]));
  const groups = together
    .map((group) => group.flatMap((key) => idOf.get(key) ?? []))
    .filter((group) => group.length > 1);
  return {
    object,
    fields: entries.map((entry) => fieldToSend(entry.field)),
    ...(groups.length > 0 ? { unique_together: groups } : {}),
  };
}

/** The design in which the values of `key` are unique together with those of `others`, in place of its first group. */
export function togetherWith(design: Design, key: string, others: readonly string[]): Design {
  const first = design.together.findIndex((group) => group.includes(key));
  const kept = design.together.filter((_, index) => index !== first);
  return { ...design, together: others.length === 0 ? kept : [...kept, [key, ...others]] };
}

/** The text by which two fields or catalogues are compared, whatever the order of their settings. */
export function sameText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

/** Fields put in before the one at `at`, under ids that are free. */
export function insertFields(
  entries: readonly Entry[],
  at: number,
  fields: readonly Field[],
): { entries: Entry[]; added: Entry[] } {
  const taken = new Set(entries.map((entry) => entry.field.id));
  const renamed = new Map<string, string>();
  for (const field of fields) {
    const id = freeId(field.id, taken);
    taken.add(id);
    renamed.set(field.id, id);
  }
  const added = fields.map((field) => ({ key: newKey(), field: withIds(field, renamed) }));
  return { entries: [...entries.slice(0, at), ...added, ...entries.slice(at)], added };
}

export function moveEntry<T>(all: readonly T[], from: number, to: number): T[] {
  const rest = all.toSpliced(from, 1);
  const moved = all[from];
  return moved === undefined ? [...all] : rest.toSpliced(Math.max(0, Math.min(to, rest.length)), 0, moved);
}

export function renameInCondition(condition: Condition, ids: ReadonlyMap<string, string>): Condition {
  if ('all' in condition) return { all: condition.all.map((one) => renameInCondition(one, ids)) };
  if ('any' in condition) return { any: condition.any.map((one) => renameInCondition(one, ids)) };
  if ('not' in condition) return { not: renameInCondition(condition.not, ids) };
  return { ...condition, field: ids.get(condition.field) ?? condition.field };
}

/** Every name in a formula that is no text, no property and no function's. */
const NAMES = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|(?<![\w.$])[a-z_]\w*\b(?!\s*\()/g;

export function renameInFormula(expression: string, rename: (id: string) => string | undefined): string {
  return expression.replace(NAMES, (name) => (/^['"`]/.test(name) ? name : (rename(name) ?? name)));
}

/** The names that a formula uses. */
export function namesIn(expression: string): string[] {
  return [...new Set(expression.match(NAMES) ?? [])].filter((name) => !/^['"`]/.test(name));
}

/** The field with its own id, and the ids of others that it names, replaced. */
export function withIds(field: Field, ids: ReadonlyMap<string, string>): Field {
  const one = (id: string) => ids.get(id) ?? id;
  let { kind } = field;
  if (kind.type === 'formula') {
    kind = { ...kind, expression: renameInFormula(kind.expression, (id) => ids.get(id)) };
  } else if (kind.type === 'look_up') {
    kind = { ...kind, relation: one(kind.relation) };
  } else if (kind.type === 'choice' || kind.type === 'choices') {
    const options = kind.options?.map((option) =>
      option.offered_if ? { ...option, offered_if: renameInCondition(option.offered_if, ids) } : option,
    );
    kind = {
      ...kind,
      ...(options ? { options } : {}),
      ...(kind.within === undefined ? {} : { within: one(kind.within) }),
    };
  }
  return {
    ...field,
    id: one(field.id),
    kind,
    ...(field.visible_if ? { visible_if: renameInCondition(field.visible_if, ids) } : {}),
    ...(field.required_if ? { required_if: renameInCondition(field.required_if, ids) } : {}),
  };
}

/** Another id for one field, followed by all that name it. */
export function renameEntry(entries: readonly Entry[], key: string, id: string): Entry[] {
  const before = entries.find((entry) => entry.key === key)?.field.id;
  if (before === undefined || before === id) return [...entries];
  const shared = entries.filter((entry) => entry.field.id === before).length > 1;
  if (shared) return entries.map((entry) => (entry.key === key ? { key, field: { ...entry.field, id } } : entry));
  const ids = new Map([[before, id]]);
  return entries.map((entry) => ({ ...entry, field: withIds(entry.field, ids) }));
}

/**
 * My changes put on top of what somebody else saved meanwhile: fields that I did not touch are theirs, those I changed are
 * mine, new ones of both stay, and what one of us removed and the other left alone is gone.
 */
export function onTop(
  base: Catalogue,
  mine: Catalogue,
  theirs: Catalogue,
): { catalogue: Catalogue; clashes: string[] } {
  const find = (catalogue: Catalogue, id: string) => catalogue.fields.find((field) => field.id === id);
  const differs = (a: unknown, b: unknown) => sameText(a) !== sameText(b);
  const clashes: string[] = [];
  const fields: Field[] = [];
  for (const field of mine.fields) {
    const [was, now] = [find(base, field.id), find(theirs, field.id)];
    const touched = differs(was, field);
    if (!touched && was && !now) continue;
    if (touched && now && differs(was, now) && differs(field, now)) clashes.push(field.id);
    fields.push(!touched && now ? now : field);
  }
  for (const [index, field] of theirs.fields.entries()) {
    if (find(mine, field.id) || find(base, field.id)) continue;
    const before = theirs.fields[index - 1]?.id;
    const at = fields.findIndex((one) => one.id === before);
    fields.splice(at < 0 ? fields.length : at + 1, 0, field);
  }
  const groups = differs(base.unique_together, mine.unique_together) ? mine.unique_together : theirs.unique_together;
  return { catalogue: { object: mine.object, fields, ...(groups ? { unique_together: groups } : {}) }, clashes };
}
