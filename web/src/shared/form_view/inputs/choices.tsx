/** Inputs for options: one or several, in a list, in a tree, or below another choice; and yes or no. */
import { Button, Cascader, Radio, Select, TreeSelect } from 'antd';
import type { ChoiceKind, ChoiceOption } from '../../form_types';
import { MultiSelect } from '../../ui/multi_select';
import { formView } from '../messages';
import { useFormLabel, useFormMessages } from '../scope';
import type { InputProps } from '../types';

/** A dot in the option's colour beside its words: the words keep their contrast. */
export function OptionText({ option }: { option: ChoiceOption }) {
  const say = useFormLabel();
  return (
    <span className="fv-option">
      {option.color && <span className="fv-dot" style={{ background: option.color }} aria-hidden="true" />}
      {say(option.label)}
    </span>
  );
}

/** The options that may be chosen now: in use, or chosen before, below what is chosen above, and not withheld. */
export function offered(
  kind: ChoiceKind,
  above: unknown,
  before: unknown,
  withheld: ReadonlySet<unknown> = new Set(),
): ChoiceOption[] {
  const had = new Set(Array.isArray(before) ? before : [before]);
  const chosen = new Set(Array.isArray(above) ? above : [above]);
  return (kind.options ?? []).filter(
    (option) =>
      (option.retired !== true || had.has(option.id)) &&
      !withheld.has(option.id) &&
      (kind.within === undefined || option.parent === undefined || chosen.has(option.parent)),
  );
}

/** Whether options stand below other options of the same field. */
export function isTree(kind: ChoiceKind): boolean {
  return kind.within === undefined && (kind.options ?? []).some((option) => option.parent !== undefined);
}

/** The option's ids from the root down to it; a circle of parents ends where it began. */
export function pathOf(options: readonly ChoiceOption[], id: string): string[] {
  const path: string[] = [];
  let at: string | undefined = id;
  while (at !== undefined && !path.includes(at)) {
    path.unshift(at);
    at = options.find((option) => option.id === at)?.parent;
  }
  return path;
}

interface Node {
  value: string;
  title: string;
  label: string;
  children?: Node[];
}

function nodes(
  options: readonly ChoiceOption[],
  say: (label: ChoiceOption['label']) => string,
  parent?: string,
): Node[] {
  const known = new Set(options.map((option) => option.id));
  return options
    .filter((option) => (parent === undefined ? !known.has(option.parent ?? '') : option.parent === parent))
    .map((option) => {
      const children = nodes(options, say, option.id);
      const name = say(option.label);
      return { value: option.id, title: name, label: name, ...(children.length > 0 ? { children } : {}) };
    });
}

interface ChoiceInputProps extends InputProps {
  kind: ChoiceKind;
  many: boolean;
  /** What is chosen in the field that this one depends on, and its name. */
  above: unknown;
  aboveLabel: string;
  before: unknown;
  /** Options whose condition does not hold. */
  withheld: ReadonlySet<unknown>;
}

export function ChoiceInput({ kind, many, above, aboveLabel, before, withheld, ...props }: ChoiceInputProps) {
  const t = useFormMessages(formView);
  const say = useFormLabel();
  const options = offered(kind, above, before, withheld);
  const waits = kind.within !== undefined && options.length === 0;
  const shared = {
    id: props.id,
    disabled: props.disabled || waits,
    allowClear: true,
    placeholder: waits ? t('fillAbove', { above: aboveLabel }) : t('select'),
    'aria-label': props.label,
    'aria-describedby': props.describedBy,
    'aria-invalid': props.invalid,
    style: { width: '100%' },
    onBlur: props.onLeave,
    ...(props.invalid ? { status: 'error' as const } : {}),
  };
  const one = typeof props.value === 'string' ? props.value : undefined;
  const several = Array.isArray(props.value) ? props.value.filter((id): id is string => typeof id === 'string') : [];
  if (isTree(kind)) {
    const tree = nodes(options, say);
    if (many) {
      return (
        <TreeSelect
          {...shared}
          multiple
          treeDefaultExpandAll
          value={several}
          treeData={tree}
          showSearch={{ treeNodeFilterProp: 'title' }}
          onChange={(next: string[]) => props.onChange(next.length === 0 ? null : next)}
        />
      );
    }
    return (
      <Cascader
        {...shared}
        changeOnSelect
        value={one === undefined ? [] : pathOf(kind.options ?? [], one)}
        options={tree}
        showSearch
        displayRender={(labels) => labels.join(' / ')}
        onChange={(path) => props.onChange((path as string[] | undefined)?.at(-1) ?? null)}
      />
    );
  }
  const list = options.map((option) => ({
    value: option.id,
    text: say(option.label),
    label: <OptionText option={option} />,
  }));
  // What is no option any more is still named, so that nobody sees a bare id.
  const stray = (id: string) => (list.some((option) => option.value === id) ? [] : [id]);
  const named = (id: string) => {
    const option = (kind.options ?? []).find((known) => known.id === id);
    const text = option ? say(option.label) : t('empty');
    return { value: id, text, label: option ? <OptionText option={option} /> : text };
  };
  const search = {
    filterOption: (words: string, option?: { text: string }) =>
      (option?.text ?? '').toLowerCase().includes(words.toLowerCase()),
  };
  if (many) {
    return (
      <MultiSelect
        {...shared}
        value={several}
        showSearch={search}
        options={[...list, ...several.flatMap(stray).map(named)]}
        {...(kind.max_chosen === undefined ? {} : { maxCount: kind.max_chosen })}
        onChange={(next: string[]) => props.onChange(next.length === 0 ? null : next)}
      />
    );
  }
  return (
    <Select
      {...shared}
      value={one}
      showSearch={list.length > 8 ? search : false}
      options={[...list, ...(one === undefined ? [] : stray(one).map(named))]}
      onChange={(next: string | undefined) => props.onChange(next ?? null)}
    />
  );
}

/** Yes, no, or not said yet. */
export function BooleanInput({ required, ...props }: InputProps & { required: boolean }) {
  const t = useFormMessages(formView);
  return (
    <span className="row" style={{ gap: 8 }}>
      <Radio.Group
        name={props.id}
        aria-label={props.label}
        {...(props.describedBy === undefined ? {} : { 'aria-describedby': props.describedBy })}
        value={typeof props.value === 'boolean' ? props.value : null}
        disabled={props.disabled}
        onChange={(event) => {
          props.onChange(event.target.value === true);
          props.onLeave();
        }}
        options={[
          { value: true, label: t('yes') },
          { value: false, label: t('no') },
        ]}
      />
      {!required && typeof props.value === 'boolean' && !props.disabled && (
        <Button
          size="small"
          type="link"
          onClick={() => props.onChange(null)}
          aria-label={`${t('clear')} ${props.label}`}
        >
          {t('clear')}
        </Button>
      )}
    </span>
  );
}
