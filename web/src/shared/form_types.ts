// Catalogues and forms as the API gives them; engines/forms says what each setting means.

import type { Condition, FieldType } from './conditions';

export interface Label {
  zh: string;
  en: string;
}

export interface TextLimits {
  min_length?: number;
  max_length?: number;
  pattern?: string;
  mask?: string;
}

interface Range {
  min?: number;
  max?: number;
}

export interface MomentKind {
  min?: string;
  max?: string;
}

export interface DecimalKind extends Range {
  scale?: number;
}

export interface ChoiceOption {
  id: string;
  label: Label;
  color?: string;
  parent?: string;
  /** It can be chosen only while this holds. */
  offered_if?: Condition;
  retired?: boolean;
}

export interface ChoiceKind {
  options?: ChoiceOption[];
  within?: string;
  max_chosen?: number;
}

export interface SubTableKind {
  fields: Field[];
  min_rows?: number;
  max_rows?: number;
}

export type ResultType = 'text' | 'number' | 'boolean' | 'date' | 'time' | 'money';

/** What a field holds, with the settings of its kind. */
export type FieldKind =
  | ({ type: 'text' | 'long_text' | 'rich_text' | 'barcode' } & TextLimits)
  | ({ type: 'integer' | 'duration' } & Range)
  | ({ type: 'money'; currency: string } & Range)
  | ({ type: 'decimal' | 'percent' } & DecimalKind)
  | ({ type: 'date' | 'time' | 'date_time' } & MomentKind)
  | ({ type: 'choice' | 'choices' } & ChoiceKind)
  | { type: 'rating'; max?: number }
  | { type: 'relation'; object: string; many?: boolean; offered_if?: Condition }
  | { type: 'attachment' | 'image' | 'media'; many?: boolean }
  | {
      type:
        | 'boolean'
        | 'region'
        | 'person'
        | 'team'
        | 'location'
        | 'signature'
        | 'phone'
        | 'email'
        | 'url'
        | 'id_number';
    }
  | ({ type: 'sub_table' } & SubTableKind)
  | { type: 'auto_number'; prefix?: string; digits: number }
  | { type: 'formula'; expression: string; result: ResultType; currency?: string }
  | {
      type: 'roll_up';
      object: string;
      relation: string;
      function: 'count' | 'sum' | 'min' | 'max';
      field?: string;
      /** What amounts are in; the server says it. */
      currency?: string;
    }
  | { type: 'look_up'; relation: string; field: string; result: ResultType; currency?: string }
  | { type: 'system'; of: 'created_by' | 'created_at' | 'updated_by' | 'updated_at' };

export interface Field {
  id: string;
  kind: FieldKind;
  label: Label;
  help?: Label;
  required?: boolean;
  default?: unknown;
  /** A formula for what a new record has; the server works it out. */
  default_expression?: string;
  unique?: boolean;
  read_only?: boolean;
  visible_if?: Condition;
  required_if?: Condition;
  personal?: boolean;
  filterable?: boolean;
  sortable?: boolean;
  searchable?: boolean;
  reportable?: boolean;
  see_roles?: string[];
  edit_roles?: string[];
  retired?: boolean;
}

export interface Catalogue {
  object: string;
  fields: Field[];
  /** Groups of fields whose values no two records may have together. */
  unique_together?: string[][];
}

export interface FormField {
  type: 'field';
  field: string;
  width: number;
  label?: Label;
  help?: Label;
  required?: boolean;
  read_only?: boolean;
}

export type FormItem = FormField | { type: 'text'; text: Label };

export interface FormSection {
  title?: Label;
  layout: 'columns' | 'tabs' | 'steps';
  parts: { title?: Label; items: FormItem[] }[];
}

export interface Form {
  id: string;
  name: Label;
  channel: 'staff' | 'engineer' | 'customer';
  /** The roles that it is for; empty for everybody of the channel. */
  roles?: string[];
  version: number;
  body: FormSection[];
}

/** The currency of a field whose numbers are amounts in minor units, whether typed or worked out; undefined for others. */
export function currencyOf(kind: FieldKind): string | undefined {
  switch (kind.type) {
    case 'money':
      return kind.currency;
    case 'formula':
    case 'look_up':
      return kind.result === 'money' ? (kind.currency ?? 'CNY') : undefined;
    case 'roll_up':
      return kind.currency;
    default:
      return undefined;
  }
}

/** The type by which conditions know a field; undefined when it can't stand in one. */
export function ruleType(kind: FieldKind): FieldType | undefined {
  switch (kind.type) {
    case 'text':
    case 'long_text':
    case 'rich_text':
    case 'barcode':
    case 'time':
    case 'region':
    case 'phone':
    case 'email':
    case 'url':
    case 'id_number':
    case 'auto_number':
      return 'text';
    case 'integer':
    case 'money':
    case 'duration':
    case 'rating':
      return 'integer';
    case 'decimal':
    case 'percent':
    case 'roll_up':
      return 'number';
    case 'date':
      return 'date';
    case 'date_time':
      return 'time';
    case 'boolean':
      return 'boolean';
    case 'choice':
      return 'choice';
    case 'choices':
      return 'tags';
    case 'person':
    case 'team':
    case 'signature':
      return 'id';
    case 'relation':
    case 'attachment':
    case 'image':
    case 'media':
      return kind.many === true ? 'tags' : 'id';
    case 'formula':
    case 'look_up':
      return kind.result === 'money' ? 'integer' : kind.result;
    case 'system':
      return kind.of.endsWith('_by') ? 'id' : 'time';
    case 'location':
    case 'sub_table':
      return undefined;
  }
}
