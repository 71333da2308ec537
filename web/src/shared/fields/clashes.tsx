/** Which fields of a form somebody else changed while it was open, and which of both values is to be saved. */
import { useState, type ReactNode } from 'react';
import { labelText, useLocale, useMessages } from '../i18n';
import { choiceText } from '../labels';
import { RefText } from '../records/ref_text';
import { formatTime } from '../time';
import { common } from '../ui/messages';
import { addressText, MoneyText, type AddressValue } from '../ui/texts';
import type { Clash, Meanwhile } from './meanwhile';
import type { FieldSpec } from './spec';

const isNothing = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Whether two values of a record say the same; an empty list says nothing, and the order of keys means nothing. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (isNothing(a) || isNothing(b)) return isNothing(a) && isNothing(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameValue(left[key], right[key]));
}

/** One field of whatever form it is. */
export interface Clashing {
  key: string;
  label: string;
  /** The value when the form was opened. */
  was: unknown;
  /** What the other made of it. */
  theirs: unknown;
  /** What would be sent of it; undefined where nobody typed. */
  mine: unknown;
  show: (value: unknown) => ReactNode;
  /** Puts a value into the form. */
  put: (value: unknown) => void;
}

/**
 * The clashes of a form's fields. What the person typed is remembered when the conflict comes, so that their own value can
 * be had back after the other's was taken.
 */
export function useClashes(meanwhile: Meanwhile | undefined): (fields: readonly Clashing[]) => Clash[] {
  const [taken, setTaken] = useState<ReadonlyMap<string, unknown>>(new Map());
  const [of, setOf] = useState(meanwhile?.now.version);
  if (of !== meanwhile?.now.version) {
    setOf(meanwhile?.now.version);
    setTaken(new Map());
  }
  return (fields) => {
    if (!meanwhile) return [];
    return fields
      .filter((field) => !sameValue(field.was, field.theirs))
      .flatMap((field): Clash[] => {
        const isTaken = taken.has(field.key);
        const mine = isTaken ? taken.get(field.key) : field.mine;
        const face = { key: field.key, label: field.label };
        if (mine === undefined) return [{ ...face, was: field.show(field.was), theirs: field.show(field.theirs) }];
        // Both wrote the same: there is nothing to choose.
        if (sameValue(mine, field.theirs)) return [];
        return [
          {
            ...face,
            was: field.show(field.was),
            theirs: field.show(field.theirs),
            mine: field.show(mine),
            chosen: isTaken ? 'theirs' : 'mine',
            choose: (whose) => {
              field.put(whose === 'theirs' ? (field.theirs ?? null) : mine);
              setTaken((old) => {
                const next = new Map(old);
                if (whose === 'theirs') next.set(field.key, mine);
                else next.delete(field.key);
                return next;
              });
            },
          },
        ];
      });
  };
}

/** A value of a standard field as people read it. */
export function SpecValue({ spec, value, currency }: { spec: FieldSpec; value: unknown; currency: string }) {
  const t = useMessages(common);
  const locale = useLocale();
  if (isNothing(value)) return <span className="muted">{t('none')}</span>;
  const separator = locale === 'en' ? ', ' : '、';
  switch (spec.kind) {
    case 'boolean':
      return <>{t(value === true ? 'yes' : 'no')}</>;
    case 'money':
      return <MoneyText minor={Number(value)} currency={currency} />;
    case 'time':
      return <>{formatTime(String(value))}</>;
    case 'address':
      return <>{addressText(value as AddressValue)}</>;
    case 'relation':
    case 'relations': {
      const ids = Array.isArray(value) ? value.map(String) : [String(value)];
      return (
        <>
          {ids.map((id, at) => (
            <span key={id}>
              {at > 0 && separator}
              {spec.of ? <RefText of={spec.of} id={id} plain /> : id}
            </span>
          ))}
        </>
      );
    }
    default: {
      const words = (Array.isArray(value) ? value : [value]).map((one) => choiceText(spec.choices ?? [], String(one)));
      return <span className="prewrap">{words.join(separator)}</span>;
    }
  }
}

/** A form over standard fields. */
export interface SpecForm {
  specs: readonly FieldSpec[];
  /** The record as it was when the form was opened. */
  opened: Readonly<Record<string, unknown>> | undefined;
  currency: string;
  /** What would be sent now. */
  body: () => Readonly<Record<string, unknown>>;
  put: (spec: FieldSpec, value: unknown) => void;
}

/** What a form over standard fields has to say of each of them. */
export function specClashing(form: SpecForm, now: Readonly<Record<string, unknown>>): Clashing[] {
  const { specs, opened, currency, put } = form;
  if (!opened) return [];
  const body = form.body();
  return specs
    .filter((spec) => spec.kind !== 'password' && spec.kind !== 'hidden' && spec.only !== 'create')
    .map((spec) => ({
      key: spec.name,
      label: labelText(spec.label),
      was: opened[spec.name],
      theirs: now[spec.name],
      mine: body[spec.name],
      show: (value) => <SpecValue spec={spec} value={value} currency={currency} />,
      put: (value) => put(spec, value),
    }));
}
