/** What differs between two drawings, element by element; where things stand does not count. */
import type { Business } from './model';

export interface Difference {
  id: string;
  name: string;
  type: string;
  change: 'added' | 'removed' | 'changed';
}

const PLACED = new Set(['incoming', 'outgoing', 'di', 'flowElements', 'artifacts', 'laneSets', 'participants']);

interface Described {
  $descriptor: { properties: { name: string; isReference?: boolean; ns: { localName: string } }[] };
  $attrs?: Record<string, string>;
}

/** What an element says, as one text; elements inside it that stand for themselves are left out. */
export function signature(business: Business): string {
  const described = business as Business & Described;
  const parts: string[] = [business.$type];
  for (const property of described.$descriptor.properties) {
    if (PLACED.has(property.ns.localName)) continue;
    const value = business.get<unknown>(property.name);
    if (value === undefined || value === null || value === false || value === '') continue;
    const said = words(value, property.isReference === true);
    if (said !== '') parts.push(`${property.name}=${said}`);
  }
  for (const [name, value] of Object.entries(described.$attrs ?? {}).toSorted()) {
    if (!name.startsWith('xmlns')) parts.push(`${name}=${value}`);
  }
  return parts.join('|');
}

function words(value: unknown, reference: boolean): string {
  if (Array.isArray(value)) {
    const all = value.map((one) => words(one, reference)).filter(Boolean);
    return all.length === 0 ? '' : `[${all.join(',')}]`;
  }
  if (typeof value === 'object' && value !== null && '$type' in value) {
    const inner = value as Business;
    // What a step refers to by name, such as a message, is part of what it says; steps that flows refer to are not.
    const shared = ['bpmn:Message', 'bpmn:Signal', 'bpmn:Error', 'bpmn:Escalation'].includes(inner.$type);
    return reference ? (shared ? (inner.name ?? inner.id) : inner.id) : `{${signature(inner)}}`;
  }
  return String(value);
}

interface Flat {
  business: Business;
  said: string;
}

/** All that stands in the processes of a file, by id. */
export function elementsOf(definitions: Business): Map<string, Flat> {
  const all = new Map<string, Flat>();
  const walk = (parent: Business) => {
    for (const group of ['flowElements', 'artifacts']) {
      for (const business of list(parent, group)) {
        all.set(business.id, { business, said: signature(business) });
        walk(business);
      }
    }
  };
  for (const root of list(definitions, 'rootElements')) {
    if (root.$type === 'bpmn:Process') walk(root);
  }
  return all;
}

function list(parent: Business, name: string): Business[] {
  const described = parent as Business & Described;
  if (!described.$descriptor.properties.some((property) => property.ns.localName === name)) return [];
  return parent.get<Business[] | undefined>(name) ?? [];
}

/** Flows without a name are called by what they join. */
function titleOf(business: Business): string {
  const own = (one: Business | undefined) => one?.name?.trim() || one?.id || '';
  if (business.name?.trim() || business.$type !== 'bpmn:SequenceFlow') return own(business);
  return `${own(business.get('sourceRef'))} → ${own(business.get('targetRef'))}`;
}

export function differences(before: Business, after: Business): Difference[] {
  const [old, next] = [elementsOf(before), elementsOf(after)];
  const found: Difference[] = [];
  const add = (business: Business, change: Difference['change']) =>
    found.push({ id: business.id, name: titleOf(business), type: business.$type, change });
  for (const [id, { business, said }] of next) {
    const was = old.get(id);
    if (!was) add(business, 'added');
    else if (was.said !== said) add(business, 'changed');
  }
  for (const [id, { business }] of old) if (!next.has(id)) add(business, 'removed');
  return found;
}
