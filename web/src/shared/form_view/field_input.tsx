/** The input of one field, by its kind. */
import { Button, Input } from 'antd';
import { useState, type ComponentProps } from 'react';
import { problemText } from '../api/problem';
import type { Condition } from '../conditions';
import type { Field } from '../form_types';
import { unoffered, type FormRecord } from '../forms';
import type { Live } from '../formulas/live';
import { RelationSelect } from '../records/relation_select';
import { relationFor, type RelationName } from '../records/relations';
import { useNow } from '../ui/texts';
import { canReveal, FieldValue, revealField } from './field_value';
import { BarcodeInput } from './inputs/barcode';
import { BooleanInput, ChoiceInput } from './inputs/choices';
import { FilesInput, idsOf } from './inputs/files';
import { LocationInput } from './inputs/location';
import { MomentInput } from './inputs/moments';
import { DurationInput, MoneyInput, NumberInput, RatingInput } from './inputs/numbers';
import { RegionInput } from './inputs/region';
import { RichInput } from './inputs/rich';
import { SignatureInput } from './inputs/signature';
import { LineInput, LongInput } from './inputs/texts';
import { isComputed, isMasked } from './kinds';
import { formView } from './messages';
import { useFormLabel, useFormMessages, useFormScope } from './scope';
import { SubTableInput } from './sub_table';
import type { FieldFault, FieldProblem, InputProps } from './types';

export interface FieldInputProps extends InputProps {
  field: Field;
  /** The fields and values beside it, which its options may depend on. */
  fields: readonly Field[];
  values: FormRecord;
  before: unknown;
  required: boolean;
  /** Problems inside of the value, their pointers counted from it. */
  problems: readonly FieldProblem[];
  computing?: boolean;
  fault?: FieldFault | undefined;
  /** What its formula makes of what is typed; absent where that is what is stored. */
  live?: Live | undefined;
}

function Reference({
  of,
  many,
  offeredIf,
  ...props
}: InputProps & { of: RelationName; many: boolean; offeredIf?: Condition | undefined }) {
  const t = useFormMessages(formView);
  const { preview } = useFormScope();
  const ids = idsOf(props.value);
  if (preview) return <Input id={props.id} disabled placeholder={t('previewOnly')} aria-label={props.label} />;
  return (
    <RelationSelect
      of={of}
      id={props.id}
      multiple={many}
      {...(offeredIf === undefined ? {} : { query: { filter: JSON.stringify(offeredIf) } })}
      value={many ? ids : (ids[0] ?? null)}
      disabled={props.disabled}
      placeholder={t('search')}
      onBlur={props.onLeave}
      aria-label={props.label}
      {...(props.describedBy === undefined ? {} : { 'aria-describedby': props.describedBy })}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(next) => props.onChange(Array.isArray(next) && next.length === 0 ? null : next)}
    />
  );
}

/** Personal data that came masked: it is shown on request, or written anew without having been seen. */
function MaskedInput({ field, onChange, disabled }: Pick<FieldInputProps, 'field' | 'onChange' | 'disabled'>) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const { place } = useFormScope();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const reveal = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      onChange(await revealField(place, field.id));
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div>
      <span className="row" style={{ gap: 4 }}>
        <span title={t('masked')}>***</span>
        {canReveal(place) && (
          <Button
            size="small"
            type="link"
            loading={busy}
            aria-label={t('showField', { label: say(field.label) })}
            onClick={() => void reveal()}
          >
            {t('show')}
          </Button>
        )}
        {!disabled && (
          <Button size="small" type="link" onClick={() => onChange(null)}>
            {t('rewrite')}
          </Button>
        )}
      </span>
      {problem && (
        <p role="alert" className="fv-problem">
          {problem}
        </p>
      )}
    </div>
  );
}

/** A choice without the options that what else is filled in does not offer. */
function OfferedChoice({
  field,
  fields,
  values,
  ...input
}: Omit<ComponentProps<typeof ChoiceInput>, 'withheld'> & Pick<FieldInputProps, 'field' | 'fields' | 'values'>) {
  const now = useNow();
  return <ChoiceInput {...input} withheld={unoffered(field, fields, values, now)} />;
}

/** What a formula makes before the server has worked it out. */
export function LiveValue({ field, live }: { field: Field; live: Live }) {
  const t = useFormMessages(formView);
  if (live === 'unknown') return <span className="muted">{t('workedOutOnSaving')}</span>;
  const value = live === 'nothing' ? undefined : live.value;
  return (
    <span className="fv-live" title={t('workedOutOnSaving')}>
      <FieldValue field={{ ...field, personal: false }} value={value} compact />
    </span>
  );
}

export function FieldInput(props: FieldInputProps) {
  const { field, fields, values, before, required, problems, computing = false, fault, live, ...input } = props;
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const { locale, place } = useFormScope();
  const { kind } = field;
  if (isComputed(kind)) {
    const unsaved = input.value === undefined && place?.id === undefined && !computing && fault === undefined;
    return (
      <div className="fv-read-value" id={input.id}>
        {live !== undefined && !(live === 'unknown' && (computing || fault)) ? (
          <LiveValue field={field} live={live} />
        ) : unsaved ? (
          <span className="muted">{t('auto')}</span>
        ) : (
          <FieldValue field={field} value={input.value} place={place} computing={computing} fault={fault} />
        )}
      </div>
    );
  }
  if (isMasked(field, input.value)) {
    return <MaskedInput field={field} onChange={input.onChange} disabled={input.disabled} />;
  }
  switch (kind.type) {
    case 'text':
      return <LineInput {...input} of="text" limits={kind} />;
    case 'phone':
    case 'email':
    case 'url':
    case 'id_number':
      return <LineInput {...input} of={kind.type} />;
    case 'long_text':
      return <LongInput {...input} limits={kind} />;
    case 'rich_text':
      return <RichInput {...input} limits={kind} />;
    case 'barcode':
      return <BarcodeInput {...input} maxLength={kind.max_length ?? 500} />;
    case 'integer':
    case 'decimal':
    case 'percent':
      return <NumberInput {...input} kind={kind} />;
    case 'money':
      return <MoneyInput {...input} currency={kind.currency} locale={locale} />;
    case 'duration':
      return <DurationInput {...input} />;
    case 'date':
    case 'time':
    case 'date_time':
      return <MomentInput {...input} kind={kind.type} />;
    case 'boolean':
      return <BooleanInput {...input} required={required} />;
    case 'choice':
    case 'choices': {
      const above = fields.find((other) => other.id === kind.within);
      return (
        <OfferedChoice
          {...input}
          field={field}
          fields={fields}
          values={values}
          kind={kind}
          many={kind.type === 'choices'}
          above={kind.within === undefined ? undefined : values[kind.within]}
          aboveLabel={say(above?.label)}
          before={before}
        />
      );
    }
    case 'region':
      return <RegionInput {...input} />;
    case 'person':
      return <Reference {...input} of="user" many={false} />;
    case 'team':
      return <Reference {...input} of="team" many={false} />;
    case 'relation':
      return (
        <Reference {...input} of={relationFor(kind.object)} many={kind.many === true} offeredIf={kind.offered_if} />
      );
    case 'attachment':
    case 'image':
    case 'media':
      return <FilesInput {...input} kind={kind.type} many={kind.many === true} />;
    case 'location':
      return <LocationInput {...input} />;
    case 'signature':
      return <SignatureInput {...input} />;
    case 'rating':
      return <RatingInput {...input} max={kind.max ?? 5} />;
    case 'sub_table':
      return <SubTableInput {...input} kind={kind} before={before} problems={problems} />;
    default:
      return null;
  }
}
