/** What pages know of an object and of the person in front of them. */
import { useQuery } from '@tanstack/react-query';
import { ruleType, type Catalogue, type Field } from '@/shared/form_types';
import { isEditedBy, isSeenBy } from '@/shared/form_view/kinds';
import { fieldRoles } from '@/shared/form_view/form_view';
import {
  definitionQuery,
  fieldsQuery,
  useObjectInfo,
  type FieldsView,
  type ObjectDefinition,
  type ObjectInfo,
  type ObjectRecord,
} from '@/shared/objects/queries';
import { isListed, isSortable, type Reader } from '@/shared/own_fields/own_filters';
import { useCan } from '@/shared/session';

export interface ObjectDesk {
  info: ObjectInfo;
  definition: ObjectDefinition;
  view: FieldsView;
  catalogue: Catalogue;
  reader: Reader;
  /** The fields the person sees. */
  fields: readonly Field[];
  /** The field whose value names a record. */
  titleField: Field | undefined;
  path: string;
  /** The first part of query keys, as live events name it. */
  key: string;
  mayEdit: (field: Field) => boolean;
}

export function deskOf(
  info: ObjectInfo,
  definition: ObjectDefinition,
  view: FieldsView,
  personal: boolean,
): ObjectDesk {
  const { catalogue } = view;
  const reader: Reader = { roles: fieldRoles(catalogue, undefined), personal };
  const fields = catalogue.fields.filter((field) => field.retired !== true && isSeenBy(field, reader.roles));
  const titleField =
    fields.find((field) => field.id === definition.title_field) ?? fields.find((field) => field.kind.type === 'text');
  return {
    info,
    definition,
    view,
    catalogue,
    reader,
    fields,
    titleField,
    path: `/api/v1/records/${encodeURIComponent(info.key)}`,
    key: `record:${info.key}`,
    mayEdit: (field) => info.may.update && isEditedBy(field, reader.roles),
  };
}

interface DeskState {
  desk: ObjectDesk | undefined;
  pending: boolean;
  error: unknown;
  retry: () => void;
}

export function useObjectDesk(object: string): DeskState {
  const can = useCan();
  const info = useObjectInfo(object);
  const definition = useQuery(definitionQuery(object));
  const view = useQuery(fieldsQuery(object));
  const ready = info && definition.data && view.data;
  return {
    desk: ready ? deskOf(info, definition.data, view.data, can('personal_data.read')) : undefined,
    pending: !ready && !definition.isError && !view.isError,
    error: definition.error ?? view.error,
    retry: () => {
      void definition.refetch();
      void view.refetch();
    },
  };
}

/** The choices that can be the columns of a board: lists ask for each option on its own. */
export function boardFields(desk: ObjectDesk): Field[] {
  return desk.fields.filter(
    (field) =>
      field.kind.type === 'choice' && (field.kind.options ?? []).length > 0 && isListed(desk.view, field, desk.reader),
  );
}

/** The days and instants that a calendar can ask for. */
export function calendarFields(desk: ObjectDesk): Field[] {
  return desk.fields.filter(
    (field) => ['date', 'time'].includes(ruleType(field.kind) ?? '') && isListed(desk.view, field, desk.reader),
  );
}

const LONG: ReadonlySet<string> = new Set(['long_text', 'rich_text', 'sub_table', 'attachment', 'media', 'signature']);
const COLUMNS_AT_FIRST = 6;

/** The fields that stand as columns before anybody chose: the first few that fit on a line. */
export function firstColumns(desk: ObjectDesk): ReadonlySet<string> {
  const short = desk.fields.filter((field) => !LONG.has(field.kind.type) && field !== desk.titleField);
  return new Set(short.slice(0, COLUMNS_AT_FIRST).map((field) => field.id));
}

/** The short facts of a card: what is filled in, but neither the title nor what the layout shows already. */
export function cardFields(
  desk: ObjectDesk,
  record: ObjectRecord,
  without: readonly (string | undefined)[],
  most: number,
): Field[] {
  return desk.fields
    .filter(
      (field) =>
        !LONG.has(field.kind.type) &&
        field.kind.type !== 'image' &&
        field !== desk.titleField &&
        !without.includes(field.id) &&
        record.values[field.id] !== undefined,
    )
    .slice(0, most);
}

export { isSortable };
