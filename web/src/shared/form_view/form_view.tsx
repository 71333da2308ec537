/** A form on the screen: sections, columns, tabs and steps, one input for each field, problems beside their fields. */
import { Badge, Button, ConfigProvider, Steps, Tabs } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useEffect, useId, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Catalogue, Field, FormField, FormItem, FormSection } from '../form_types';
import { accept, demandedFields, hiddenFields, type FormRecord } from '../forms';
import { getLocale, useLocale, type Label } from '../i18n';
import { queryClient } from '../api/query_client';
import type { Session } from '../api/types';
import { useNow } from '../ui/texts';
import { useIsPhone } from '../ui/use_media';
import { FieldInput } from './field_input';
import { FieldValue } from './field_value';
import type { Live } from '../formulas/live';
import { isComputed, isEditedBy, isFilledOnSaving, isSeenBy } from './kinds';
import { liveOf } from './live';
import { Markdown } from './markdown';
import { formView } from './messages';
import { problemText } from './problems';
import { FormScopeContext, useFormLabel, useFormMessages, type FormScopeValue } from './scope';
import type { FieldProblem, FormViewProps } from './types';
import './form_view.css';

/** Below so many pixels a form stands in one column, and its tables become cards. */
const NARROW = 560;

function useNarrow(forced: 'desktop' | 'phone' | undefined) {
  const box = useRef<HTMLDivElement>(null);
  const phone = useIsPhone();
  const [narrow, setNarrow] = useState(phone);
  useEffect(() => {
    const element = box.current;
    if (!element || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      if (width > 0) setNarrow(width < NARROW);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { box, narrow: forced === undefined ? narrow : forced === 'phone' };
}

/** The roles by which somebody sees fields; who manages objects has all that the catalogue names, as on the server. */
export function fieldRoles(catalogue: Catalogue, given: readonly string[] | undefined): readonly string[] {
  if (given !== undefined) return given;
  const session = queryClient.getQueryData<Session>(['session']);
  const keys = session?.user.roles ?? [];
  if (session && 'objects.manage' in session.user.permissions) {
    return [...keys, ...catalogue.fields.flatMap((field) => [...(field.see_roles ?? []), ...(field.edit_roles ?? [])])];
  }
  return keys;
}

interface Ready {
  props: FormViewProps;
  fields: ReadonlyMap<string, Field>;
  hidden: ReadonlySet<string>;
  demanded: ReadonlySet<string>;
  roles: readonly string[];
  /** Problems by field, those that are shown. */
  problems: ReadonlyMap<string, FieldProblem[]>;
  /** What formulas and defaults by expression will make, by field. */
  live: ReadonlyMap<string, Live>;
  base: string;
  leave: (field: string) => void;
}

/** The fields of some items that are on the screen now. */
function shownItems(items: readonly FormItem[], ready: Ready): FormItem[] {
  return items.filter((item) => {
    // Texts help to fill a form in; who reads a record has no need of them.
    if (item.type === 'text') return ready.props.mode === 'edit';
    const field = ready.fields.get(item.field);
    return field !== undefined && field.retired !== true && !ready.hidden.has(field.id) && isSeenBy(field, ready.roles);
  });
}

function problemsIn(items: readonly FormItem[], ready: Ready): number {
  return shownItems(items, ready).filter((item) => item.type === 'field' && ready.problems.has(item.field)).length;
}

/** Kinds with several controls, each of which has a name of its own; the group is named by the field. */
const GROUPS: ReadonlySet<string> = new Set([
  'rich_text',
  'boolean',
  'rating',
  'duration',
  'location',
  'signature',
  'attachment',
  'image',
  'media',
  'sub_table',
  'auto_number',
  'formula',
  'roll_up',
  'look_up',
  'system',
]);

function ItemBox({ item, field, ready }: { item: FormField; field: Field; ready: Ready }) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const { props } = ready;
  const id = `${ready.base}-${field.id}`;
  const label = say(item.label ?? field.label);
  const help = say(item.help ?? field.help);
  const value = props.values[field.id];
  const computing = props.computing?.includes(field.id) ?? false;
  const fault = props.faults?.find((one) => one.field === field.id);
  if (props.mode === 'read') {
    return (
      <>
        <div className="fv-label muted">{label}</div>
        <div className="fv-read-value">
          <FieldValue field={field} value={value} place={props.place} computing={computing} fault={fault} />
        </div>
      </>
    );
  }
  const editable = item.read_only !== true && isEditedBy(field, ready.roles);
  const wrong = ready.problems.get(field.id) ?? [];
  const filled = isFilledOnSaving(field, props.before, value);
  const live = ready.live.get(field.id);
  const required = ready.demanded.has(field.id) && editable && !filled;
  const described = [wrong.length > 0 ? `${id}-problem` : '', filled ? `${id}-filled` : '', help ? `${id}-help` : '']
    .filter(Boolean)
    .join(' ');
  const inner = wrong.map((one) => ({ ...one, pointer: one.pointer.slice(field.id.length + 1) }));
  const isTable = field.kind.type === 'sub_table';
  // Problems of cells stand in their cells.
  const own = isTable ? inner.filter((one) => one.pointer === '') : inner;
  const name = (
    <>
      {required && (
        <span className="fv-star-required" title={t('required')}>
          * <span className="visually-hidden">{t('required')}</span>
        </span>
      )}
      {label}
    </>
  );
  return (
    <>
      {GROUPS.has(field.kind.type) ? (
        <div className="fv-label">{name}</div>
      ) : (
        <label className="fv-label" htmlFor={id}>
          {name}
        </label>
      )}
      {editable || isComputed(field.kind) ? (
        <FieldInput
          field={field}
          fields={props.catalogue.fields}
          values={props.values}
          before={props.before?.[field.id]}
          id={id}
          label={label}
          value={value}
          required={required}
          disabled={props.disabled === true}
          invalid={own.length > 0}
          describedBy={described || undefined}
          problems={inner}
          computing={computing}
          fault={fault}
          live={live}
          onLeave={() => ready.leave(field.id)}
          onChange={(next) => {
            const values = { ...props.values, [field.id]: next };
            props.onChange?.(values, field.id);
          }}
        />
      ) : (
        <div className="fv-read-value" id={id}>
          <FieldValue field={field} value={value} place={props.place} />
        </div>
      )}
      {own.length > 0 && (
        <div id={`${id}-problem`} className="fv-problem" role="alert">
          {[...new Set(own.map((one) => one.text))].join('；')}
        </div>
      )}
      {filled && (
        <div id={`${id}-filled`} className="fv-hint muted">
          {typeof live === 'object' ? (
            <>
              {t('filledWith')}
              <FieldValue field={{ ...field, personal: false }} value={live.value} compact />
            </>
          ) : (
            t('filledOnSaving')
          )}
        </div>
      )}
      {help && (
        <div id={`${id}-help`} className="fv-hint muted">
          {help}
        </div>
      )}
    </>
  );
}

function Items({ items, ready }: { items: readonly FormItem[]; ready: Ready }) {
  const say = useFormLabel();
  return (
    <div className="fv-items">
      {shownItems(items, ready).map((item, at) => {
        if (item.type === 'text') {
          return (
            // Texts have no ids, and stand where they stand.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={`text-${at}`} className="fv-text" style={{ gridColumn: '1 / -1' }}>
              <Markdown text={say(item.text)} />
            </div>
          );
        }
        const field = ready.fields.get(item.field);
        if (!field) return null;
        const width = Math.min(3, Math.max(1, item.width));
        return (
          <div
            key={item.field}
            className={`fv-field fv-width-${width}`}
            data-field={item.field}
            data-kind={field.kind.type}
          >
            <ItemBox item={item} field={field} ready={ready} />
          </div>
        );
      })}
    </div>
  );
}

function titleOf(title: Label | undefined, say: (label: Label | undefined) => string, at: number): string {
  return say(title) || String(at + 1);
}

function StepsSection({ section, ready }: { section: FormSection; ready: Ready }) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const [at, setAt] = useState(0);
  const current = Math.min(at, section.parts.length - 1);
  const total = section.parts.length;
  const part = section.parts[current];
  const go = (to: number) => {
    // Leaving a step is leaving its fields: what is missing in it shows.
    for (const item of part?.items ?? []) if (item.type === 'field') ready.leave(item.field);
    setAt(to);
  };
  return (
    <>
      <Steps
        size="small"
        current={current}
        onChange={go}
        responsive={false}
        items={section.parts.map((one, index) => {
          const wrong = problemsIn(one.items, ready);
          return {
            title: titleOf(one.title, say, index),
            ...(wrong > 0 ? { status: 'error' as const, content: t('stepProblems', { n: wrong }) } : {}),
          };
        })}
        className="fv-steps"
      />
      <p className="visually-hidden" aria-live="polite">
        {t('stepOf', { n: current + 1, total })}
      </p>
      {part && <Items items={part.items} ready={ready} />}
      <div className="row" style={{ marginTop: 8 }}>
        <Button disabled={current === 0} onClick={() => go(current - 1)}>
          {t('previousStep')}
        </Button>
        <Button disabled={current === total - 1} onClick={() => go(current + 1)}>
          {t('nextStep')}
        </Button>
      </div>
    </>
  );
}

function Section({ section, ready }: { section: FormSection; ready: Ready }) {
  const say = useFormLabel();
  const shown = section.parts.some((part) => shownItems(part.items, ready).length > 0);
  if (!shown) return null;
  const parts = (): ReactNode => {
    if (section.layout === 'steps' && ready.props.mode === 'edit') {
      return <StepsSection section={section} ready={ready} />;
    }
    if (section.layout === 'columns') {
      return (
        <div className="fv-columns" style={{ '--fv-columns': section.parts.length } as React.CSSProperties}>
          {section.parts.map((part, at) => (
            // Parts have no ids, and stand where they stand.
            // oxlint-disable-next-line react/no-array-index-key
            <div key={at} className="fv-part">
              {part.title && <h4 className="fv-part-title">{say(part.title)}</h4>}
              <Items items={part.items} ready={ready} />
            </div>
          ))}
        </div>
      );
    }
    return (
      <Tabs
        size="small"
        items={section.parts.map((part, at) => {
          const wrong = problemsIn(part.items, ready);
          return {
            key: String(at),
            label: (
              <Badge count={wrong} size="small" offset={[8, 0]} color="#c4302b">
                {titleOf(part.title, say, at)}
              </Badge>
            ),
            children: <Items items={part.items} ready={ready} />,
          };
        })}
      />
    );
  };
  return (
    <section className="fv-section">
      {section.title && <h3 className="fv-section-title">{say(section.title)}</h3>}
      {parts()}
    </section>
  );
}

/** The problems that a form has now, by the browser's own rules, in words. */
export function ownProblems(
  {
    catalogue,
    form,
    before,
    values,
    locale,
  }: Pick<FormViewProps, 'catalogue' | 'form' | 'before' | 'values' | 'locale'>,
  roles: readonly string[],
  now: Date,
): { record: FormRecord; problems: FieldProblem[]; wrong: ReadonlySet<string> } {
  const accepted = accept(catalogue, { roles, form, now }, before, values);
  const words = locale ?? getLocale();
  // The server works out formulas for what is left empty; only it can say that one gives nothing.
  const filled = new Set(
    catalogue.fields
      .filter((field) => isFilledOnSaving(field, before, values[field.id]))
      .map((field) => `/${field.id}`),
  );
  const told = accepted.problems.filter((problem) => problem.code !== 'required' || !filled.has(problem.pointer));
  const problems = told.map((problem) => ({
    pointer: problem.pointer,
    text: problemText(problem, catalogue, words),
  }));
  const wrong = accepted.problems.filter((problem) => problem.code !== 'required');
  return { record: accepted.record, problems, wrong: new Set(wrong.map((problem) => firstPart(problem.pointer))) };
}

const firstPart = (pointer: string): string => pointer.split('/')[1] ?? '';

const NOTHING_LIVE: ReadonlyMap<string, Live> = new Map();

export function FormView(props: FormViewProps) {
  const { catalogue, form, values, before, mode, errors, show = 'touched' } = props;
  const own = useLocale();
  const locale = props.locale ?? own;
  const base = useId();
  const { box, narrow } = useNarrow(props.width);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const roles = fieldRoles(catalogue, props.roles);
  const fields = useMemo(() => new Map(catalogue.fields.map((field) => [field.id, field])), [catalogue]);
  const now = useNow();
  const { record, problems: all, wrong } = ownProblems({ catalogue, form, before, values, locale }, roles, now);
  const live = mode === 'read' ? NOTHING_LIVE : liveOf(props, record, wrong, roles, now);
  // What is read is shown as it is stored; what is typed counts in the form in which it would be stored.
  const seen = mode === 'read' ? values : { ...values, ...record };
  const hidden = hiddenFields(catalogue, mode === 'read' ? values : record, now);
  const demanded = demandedFields(catalogue, seen, now, form);
  const problems = new Map<string, FieldProblem[]>();
  const put = (problem: FieldProblem) => {
    const field = firstPart(problem.pointer);
    problems.set(field, [...(problems.get(field) ?? []), problem]);
  };
  if (mode === 'edit') {
    for (const problem of all) if (show === 'all' || touched.has(firstPart(problem.pointer))) put(problem);
    for (const problem of errors ?? []) if (!problems.has(firstPart(problem.pointer))) put(problem);
  }
  const scope = useMemo<FormScopeValue>(
    () => ({ locale, phone: narrow, preview: props.preview === true, place: props.place }),
    [locale, narrow, props.preview, props.place],
  );
  const ready: Ready = {
    props,
    fields,
    hidden,
    demanded,
    roles,
    problems,
    live,
    base,
    leave: (field) => setTouched((old) => (old.has(field) ? old : new Set([...old, field]))),
  };
  const body = (
    <FormScopeContext value={scope}>
      <div ref={box} className={`fv fv-${mode}${narrow ? ' fv-narrow' : ''}`} lang={locale}>
        {form.body.map((section, at) => (
          // Sections have no ids, and stand where they stand.
          // oxlint-disable-next-line react/no-array-index-key
          <Section key={at} section={section} ready={ready} />
        ))}
      </div>
    </FormScopeContext>
  );
  if (locale === own) return body;
  return <ConfigProvider locale={locale === 'en' ? enUS : zhCN}>{body}</ConfigProvider>;
}
