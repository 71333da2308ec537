/** A form on the drawing board: a tree whose nodes keep their keys while they move. */
import type { Form, FormItem, FormSection, Label } from '@/shared/form_types';
import { newKey } from '../design';

export interface ItemNode {
  key: string;
  item: FormItem;
}

export interface PartNode {
  key: string;
  title?: Label;
  items: ItemNode[];
}

export interface SectionNode {
  key: string;
  title?: Label;
  layout: FormSection['layout'];
  parts: PartNode[];
}

export interface FormDesign {
  name: Label;
  channel: Form['channel'];
  roles: string[];
  body: SectionNode[];
}

export type Layout = FormSection['layout'];

/** Columns stand beside each other, so that there can be few. */
export const MOST_PARTS: Readonly<Record<Layout, number>> = { columns: 3, tabs: 20, steps: 20 };

const hasText = (label: Label | undefined): boolean => label !== undefined && (label.zh + label.en).trim() !== '';

/** Both languages; the one that was left empty shows the other. */
function filled(label: Label): Label {
  const [zh, en] = [label.zh.trim(), label.en.trim()];
  return { zh: zh === '' ? en : zh, en: en === '' ? zh : en };
}

export function sectionNode(section: FormSection): SectionNode {
  return {
    key: newKey(),
    ...(section.title ? { title: section.title } : {}),
    layout: section.layout,
    parts: section.parts.map((part) => ({
      key: newKey(),
      ...(part.title ? { title: part.title } : {}),
      items: part.items.map((item) => ({ key: newKey(), item })),
    })),
  };
}

export function formDesignOf(form: Form): FormDesign {
  return { name: form.name, channel: form.channel, roles: form.roles ?? [], body: form.body.map(sectionNode) };
}

function itemToSend(item: FormItem): FormItem {
  if (item.type === 'text') return { type: 'text', text: filled(item.text) };
  const { label, help, required, read_only, ...rest } = item;
  return {
    ...rest,
    ...(label && hasText(label) ? { label: filled(label) } : {}),
    ...(help && hasText(help) ? { help: filled(help) } : {}),
    ...(required === true ? { required } : {}),
    ...(read_only === true ? { read_only } : {}),
  };
}

export function sectionOf(node: SectionNode): FormSection {
  return {
    ...(node.title && hasText(node.title) ? { title: filled(node.title) } : {}),
    layout: node.layout,
    parts: node.parts.map((part) => ({
      ...(part.title && hasText(part.title) ? { title: filled(part.title) } : {}),
      items: part.items.map((one) => itemToSend(one.item)),
    })),
  };
}

export function formOf(design: FormDesign, id: string, version: number): Form {
  return {
    id,
    name: filled(design.name),
    channel: design.channel,
    ...(design.roles.length > 0 ? { roles: design.roles } : {}),
    version,
    body: design.body.map(sectionOf),
  };
}

export type Found =
  | { what: 'section'; section: SectionNode; at: number }
  | { what: 'part'; section: SectionNode; part: PartNode; at: number }
  | { what: 'item'; section: SectionNode; part: PartNode; item: ItemNode; at: number };

export function find(design: FormDesign, key: string): Found | undefined {
  for (const [sectionAt, section] of design.body.entries()) {
    if (section.key === key) return { what: 'section', section, at: sectionAt };
    for (const [partAt, part] of section.parts.entries()) {
      if (part.key === key) return { what: 'part', section, part, at: partAt };
      const at = part.items.findIndex((one) => one.key === key);
      const item = part.items[at];
      if (item) return { what: 'item', section, part, item, at };
    }
  }
  return undefined;
}

function mapParts(design: FormDesign, change: (part: PartNode) => PartNode): FormDesign {
  return { ...design, body: design.body.map((section) => ({ ...section, parts: section.parts.map(change) })) };
}

export function updateItem(design: FormDesign, key: string, item: FormItem): FormDesign {
  return mapParts(design, (part) => ({
    ...part,
    items: part.items.map((one) => (one.key === key ? { key, item } : one)),
  }));
}

export function updatePart(design: FormDesign, key: string, title: Label | undefined): FormDesign {
  return mapParts(design, (part) => {
    if (part.key !== key) return part;
    const { title: _, ...rest } = part;
    return title ? { ...rest, title } : rest;
  });
}

export function updateSection(design: FormDesign, key: string, change: Partial<SectionNode>): FormDesign {
  return {
    ...design,
    body: design.body.map((section) => {
      if (section.key !== key) return section;
      const next = { ...section, ...change };
      return next.parts.length > MOST_PARTS[next.layout] ? squeezed(next) : next;
    }),
  };
}

/** With no more parts than its layout has room for; what stood in the others moves to the last. */
function squeezed(section: SectionNode): SectionNode {
  const most = MOST_PARTS[section.layout];
  const kept = section.parts.slice(0, most);
  const rest = section.parts.slice(most).flatMap((part) => part.items);
  const parts = kept.map((part, at) => (at === most - 1 ? { ...part, items: [...part.items, ...rest] } : part));
  return { ...section, parts };
}

export function newPart(): PartNode {
  return { key: newKey(), items: [] };
}

export function addPart(design: FormDesign, sectionKey: string): FormDesign {
  return {
    ...design,
    body: design.body.map((section) =>
      section.key === sectionKey && section.parts.length < MOST_PARTS[section.layout]
        ? { ...section, parts: [...section.parts, newPart()] }
        : section,
    ),
  };
}

/** Without that section, part or item. A section that loses its last part goes with it. */
export function remove(design: FormDesign, key: string): FormDesign {
  const body = design.body
    .filter((section) => section.key !== key)
    .map((section) => ({
      ...section,
      parts: section.parts
        .filter((part) => part.key !== key)
        .map((part) => ({ ...part, items: part.items.filter((one) => one.key !== key) })),
    }))
    .filter((section) => section.parts.length > 0);
  return { ...design, body };
}

/** Items before the one of `before`, or at the end of the part. */
export function insertItems(
  design: FormDesign,
  partKey: string,
  items: readonly ItemNode[],
  before?: string,
): FormDesign {
  return mapParts(design, (part) => {
    if (part.key !== partKey) return part;
    const at = before === undefined ? -1 : part.items.findIndex((one) => one.key === before);
    return { ...part, items: part.items.toSpliced(at < 0 ? part.items.length : at, 0, ...items) };
  });
}

export function moveItem(design: FormDesign, key: string, partKey: string, before?: string): FormDesign {
  const found = find(design, key);
  if (found?.what !== 'item' || before === key) return design;
  return insertItems(remove(design, key), partKey, [found.item], before);
}

export function insertSections(design: FormDesign, sections: readonly SectionNode[], at: number): FormDesign {
  return { ...design, body: design.body.toSpliced(at, 0, ...sections) };
}

export function moveSection(design: FormDesign, key: string, to: number): FormDesign {
  const from = design.body.findIndex((section) => section.key === key);
  const section = design.body[from];
  if (!section || to < 0 || to >= design.body.length) return design;
  return insertSections(remove(design, key), [section], to);
}

/** Up or down by one place; at the end of a part into the next one. */
export function nudge(design: FormDesign, key: string, by: -1 | 1): FormDesign {
  const found = find(design, key);
  if (!found) return design;
  if (found.what === 'section') return moveSection(design, key, found.at + by);
  if (found.what === 'part') {
    const to = found.at + by;
    if (to < 0 || to >= found.section.parts.length) return design;
    const parts = found.section.parts.toSpliced(found.at, 1).toSpliced(to, 0, found.part);
    return updateSection(design, found.section.key, { parts });
  }
  const { part, at } = found;
  const to = at + by;
  if (to >= 0 && to < part.items.length) {
    return mapParts(design, (one) =>
      one.key === part.key ? { ...one, items: one.items.toSpliced(at, 1).toSpliced(to, 0, found.item) } : one,
    );
  }
  const parts = design.body.flatMap((section) => section.parts);
  const next = parts[parts.findIndex((one) => one.key === part.key) + by];
  if (!next) return design;
  return moveItem(design, key, next.key, by > 0 ? next.items[0]?.key : undefined);
}

/** The fields that stand on the form. */
export function placedFields(design: FormDesign): Set<string> {
  const items = design.body.flatMap((section) => section.parts.flatMap((part) => part.items));
  return new Set(items.flatMap(({ item }) => (item.type === 'field' ? [item.field] : [])));
}

/** Sections as they can stand on this form: without fields it doesn't know or has already. */
export function fitting(
  design: FormDesign,
  sections: readonly FormSection[],
  known: ReadonlySet<string>,
): SectionNode[] {
  const taken = placedFields(design);
  return sections.map((section) =>
    sectionNode({
      ...section,
      parts: section.parts.map((part) => ({
        ...part,
        items: part.items.filter((item) => {
          if (item.type !== 'field') return true;
          if (!known.has(item.field) || taken.has(item.field)) return false;
          taken.add(item.field);
          return true;
        }),
      })),
    }),
  );
}

/** The node that a JSON pointer of a defect leads to, and the rest of the pointer. */
export function nodeAt(design: FormDesign, pointer: string): { key: string; at: string } | undefined {
  const [, sectionAt, partAt, itemAt] = /^\/body\/(\d+)(?:\/parts\/(\d+))?(?:\/items\/(\d+))?/.exec(pointer) ?? [];
  if (sectionAt === undefined) return undefined;
  const section = design.body[Number(sectionAt)];
  const part = partAt === undefined ? undefined : section?.parts[Number(partAt)];
  const item = itemAt === undefined ? undefined : part?.items[Number(itemAt)];
  const key = item?.key ?? part?.key ?? section?.key;
  return key === undefined ? undefined : { key, at: pointer.slice(pointer.lastIndexOf('/')) };
}
