/** What the global search finds: what each kind is called, and which page shows it. */
import { relationOf, type RelationName } from '@/shared/records/relations';
import { labelText, type Label } from '@/shared/i18n';

/** Kinds without a page of their own are shown by their list, narrowed to the record. */
const LISTS: Readonly<Record<string, string>> = {
  contract: '/contracts',
  product: '/products',
  part: '/parts',
  engineer: '/engineers',
};

export interface Target {
  /** The route as the router knows it. */
  route: string;
  /** The address. */
  to: string;
  /** What narrows a list. */
  q?: string;
}

/** Where a hit is shown. */
export function targetOf(object: string, id: string, title: string): Target {
  const list = LISTS[object];
  if (list) return { route: list, to: list, q: title };
  if (object.startsWith('record:')) {
    return { route: '/records/$object/$id', to: `/records/${object.slice('record:'.length)}/${id}` };
  }
  return { route: `/${object}s/$id`, to: `/${object}s/${id}` };
}

/** What people call a kind; own objects bring their name along. */
export function kindName(object: string, name?: Label | null): string {
  if (name) return labelText(name);
  return labelText(relationOf(object as RelationName).what);
}
