/** The options of a choice: names, colours, order, what they depend on. */
import { DeleteOutlined, FilterOutlined, PlusOutlined, StopOutlined, UndoOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Modal, Popover, Select } from 'antd';
import { useEffect, useId, useRef, useState } from 'react';
import type { ChoiceKind, ChoiceOption, Field, FieldKind } from '@/shared/form_types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { moveEntry, retold } from '../design';
import { DragArea, SortArea, useSortRow } from '../drag';
import { freeId, suggestId } from '../suggest';
import { ConditionEditor } from './condition_editor';
import { COLORS, newOption } from './kinds';
import { words } from './messages';
import { Prop, useDefectsAt, Wrong } from './prop';

type Choosing = Extract<FieldKind, { type: 'choice' | 'choices' }>;

function ColorPick({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const t = useMessages(words);
  const [open, setOpen] = useState(false);
  const pick = (next: string | undefined) => {
    onChange(next);
    setOpen(false);
  };
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      content={
        <div className="color-grid">
          {COLORS.map((color, index) => (
            <button
              key={color}
              type="button"
              className="color-dot"
              style={{ background: color }}
              aria-label={t('color', { n: index + 1 })}
              aria-pressed={value === color}
              onClick={() => pick(color)}
            />
          ))}
          <Button size="small" type="text" onClick={() => pick(undefined)}>
            {t('noColor')}
          </Button>
        </div>
      }
    >
      <button
        type="button"
        className={value === undefined ? 'color-dot color-none' : 'color-dot'}
        style={value === undefined ? {} : { background: value }}
        aria-label={label}
      />
    </Popover>
  );
}

function OptionRow({
  option,
  at,
  place,
  parents,
  others,
  isSaved,
  onChange,
  onRemove,
  onLeave,
}: {
  option: ChoiceOption;
  at: string;
  place: number;
  /** Options that it can depend on; undefined when it depends on none. */
  parents: readonly ChoiceOption[] | undefined;
  /** The fields that its condition may name. */
  others: readonly Field[];
  isSaved: boolean;
  onChange: (option: ChoiceOption) => void;
  onRemove: () => void;
  onLeave: () => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const wrong = useDefectsAt(at);
  const name = labelText(option.label, locale) || t('unnamed');
  const { ref, style, handle } = useSortRow(option.id, name);
  const [asks, setAsks] = useState(option.offered_if !== undefined);
  const retired = option.retired === true;
  const n = place + 1;
  return (
    <li ref={ref} style={style} className="option-row" data-at={at}>
      <div className="option-line">
        {handle}
        <ColorPick
          label={t('optionColor', { n })}
          value={option.color}
          onChange={(color) => {
            const { color: _, ...rest } = option;
            onChange(color === undefined ? rest : { ...rest, color });
          }}
        />
        <Input
          size="small"
          aria-label={t('optionZh', { n })}
          value={option.label.zh}
          maxLength={100}
          disabled={retired}
          {...(wrong.length > 0 ? { status: 'error' as const } : {})}
          onChange={(event) => onChange({ ...option, label: retold(option.label, 'zh', event.target.value) })}
          onBlur={onLeave}
        />
        <Input
          size="small"
          aria-label={t('optionEn', { n })}
          value={option.label.en}
          placeholder={option.label.zh}
          maxLength={100}
          disabled={retired}
          onChange={(event) => onChange({ ...option, label: retold(option.label, 'en', event.target.value) })}
          onBlur={onLeave}
        />
        <Button
          size="small"
          type="text"
          icon={<FilterOutlined />}
          aria-label={t('optionCondition', { n })}
          title={t('optionCondition', { n })}
          aria-expanded={asks}
          disabled={others.length === 0}
          onClick={() => setAsks(!asks || option.offered_if !== undefined)}
        />
        {isSaved ? (
          <Button
            size="small"
            type="text"
            icon={retired ? <UndoOutlined /> : <StopOutlined />}
            aria-label={t(retired ? 'restoreOption' : 'retireOption', { n })}
            title={t(retired ? 'restoreOption' : 'retireOption', { n })}
            onClick={() => onChange({ ...option, retired: !retired })}
          />
        ) : (
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('removeOption', { n })}
            onClick={onRemove}
          />
        )}
      </div>
      {parents && (
        <Select
          size="small"
          aria-label={t('optionAbove', { n })}
          value={option.parent ?? ''}
          style={{ width: '100%' }}
          options={[
            { value: '', label: t('noParent') },
            ...parents
              .filter((one) => one.id !== option.id)
              .map((one) => ({ value: one.id, label: labelText(one.label, locale) || t('unnamed') })),
          ]}
          onChange={(parent: string) => {
            const { parent: _, ...rest } = option;
            onChange(parent === '' ? rest : { ...rest, parent });
          }}
        />
      )}
      {(asks || option.offered_if !== undefined) && (
        <ConditionEditor
          label={t('offeredIf')}
          name={name}
          at={`${at}/offered_if`}
          none={t('noParent')}
          value={option.offered_if}
          fields={others}
          onChange={(offered_if) => {
            const { offered_if: _, ...rest } = option;
            onChange(offered_if === undefined ? rest : { ...rest, offered_if });
          }}
        />
      )}
      {retired && <span className="tag">{t('optionRetired')}</span>}
      <Wrong texts={wrong} />
    </li>
  );
}

const TREE = '/';

export function OptionsEditor({
  kind,
  field,
  siblings,
  stored,
  onChange,
}: {
  kind: Choosing;
  field: Field;
  siblings: readonly Field[];
  /** The options that records may hold already. */
  stored: readonly ChoiceOption[];
  onChange: (kind: FieldKind, place?: string) => void;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const listId = useId();
  const wrong = useDefectsAt('/kind/options', true);
  const [many, setMany] = useState<string>();
  const [tree, setTree] = useState(false);
  const options = kind.options ?? [];
  const set = (next: Partial<ChoiceKind>, place?: string) => onChange({ ...kind, ...next }, place);
  const above = siblings.filter(
    (other) => other.id !== field.id && (other.kind.type === 'choice' || other.kind.type === 'choices'),
  );
  const others = siblings.filter((other) => other.id !== field.id);
  const isTree = tree || (kind.within === undefined && options.some((option) => option.parent !== undefined));
  const parents =
    kind.within === undefined
      ? isTree
        ? options
        : undefined
      : above.flatMap((other) =>
          other.id === kind.within && 'options' in other.kind ? (other.kind.options ?? []) : [],
        );
  const rename = (from: string, wanted: string) => {
    const inUse = field.default === from || (Array.isArray(field.default) && field.default.includes(from));
    if (inUse || !options.some((one) => one.id === from)) return;
    const id = freeId(
      wanted,
      options.flatMap((one) => (one.id === from ? [] : [one.id])),
    );
    const renamed = options.map((one) => ({
      ...one,
      ...(one.id === from ? { id } : {}),
      ...(kind.within === undefined && one.parent === from ? { parent: id } : {}),
    }));
    set({ options: renamed }, 'options');
  };
  // An id is found a moment after its option was left; by then others may have been written.
  const renameNow = useRef(rename);
  useEffect(() => {
    renameNow.current = rename;
  });
  /** A new option is called after its name as soon as it has one; afterwards its id never changes. */
  const settle = (option: ChoiceOption) => {
    if (!/^option_\d+$/.test(option.id) || stored.some((one) => one.id === option.id)) return;
    void suggestId(option.label).then((wanted) => {
      if (wanted !== '') renameNow.current(option.id, wanted);
    });
  };
  const addMany = async () => {
    const added: ChoiceOption[] = [];
    for (const line of (many ?? '').split('\n')) {
      const [zh = '', en = ''] = line.split(/[|｜\t]/).map((part) => part.trim());
      if (zh === '' && en === '') continue;
      const all = [...options, ...added];
      const option = newOption(all);
      const id = freeId(
        (await suggestId({ zh, en })) || option.id,
        all.map((one) => one.id),
      );
      added.push({ ...option, id, label: { zh: zh || en, en } });
    }
    // Two placeholders that were never named make room for what was pasted.
    const named = options.filter(
      (one) => stored.includes(one) || !/^(选项 \d|Option \d)?$/.test(one.label.zh || one.label.en),
    );
    set({ options: [...named, ...added] });
    setMany(undefined);
  };
  const withinValue = kind.within ?? (isTree ? TREE : '');
  return (
    <>
      <div className="prop" data-at="/kind/options">
        <div className="prop-label" id={listId}>
          {t('options')}
        </div>
        <DragArea
          nameOf={(id) => {
            const option = options.find((one) => one.id === id);
            return option ? labelText(option.label, locale) : '';
          }}
          onDrop={(what, where) => {
            const place = (id: string) => options.findIndex((one) => one.id === id);
            set({ options: moveEntry(options, place(what), place(where)) });
          }}
        >
          <SortArea ids={options.map((option) => option.id)}>
            <ul className="option-list" aria-labelledby={listId}>
              {options.map((option, index) => (
                <OptionRow
                  key={option.id}
                  option={option}
                  at={`/kind/options/${index}`}
                  place={index}
                  parents={parents}
                  others={others}
                  isSaved={stored.some((one) => one.id === option.id)}
                  onChange={(next) =>
                    set({ options: options.map((one, at) => (at === index ? next : one)) }, `option ${option.id}`)
                  }
                  onRemove={() => set({ options: options.filter((_, at) => at !== index) })}
                  onLeave={() => settle(option)}
                />
              ))}
            </ul>
          </SortArea>
        </DragArea>
        <Wrong texts={wrong} />
        <div className="row">
          <Button
            size="small"
            icon={<PlusOutlined />}
            onClick={() => set({ options: [...options, newOption(options)] })}
          >
            {t('addOption')}
          </Button>
          <Button size="small" type="text" onClick={() => setMany('')}>
            {t('addMany')}
          </Button>
        </div>
      </div>
      <Prop label={t('within')} at="/kind/within" help={withinValue === '' ? undefined : t('withinHint')}>
        {(control) => (
          <Select
            {...control}
            value={withinValue}
            options={[
              { value: '', label: t('withinNone') },
              { value: TREE, label: t('withinTree') },
              ...above.map((other) => ({ value: other.id, label: labelText(other.label, locale) || t('unnamed') })),
            ]}
            onChange={(next: string) => {
              const { within: _, ...rest } = kind;
              const free = options.map(({ parent: __, ...option }) => option);
              setTree(next === TREE);
              onChange({ ...rest, options: free, ...(next === '' || next === TREE ? {} : { within: next }) });
            }}
          />
        )}
      </Prop>
      {kind.type === 'choices' && (
        <Prop label={t('maxChosen')} at="/kind/max_chosen">
          {(control) => (
            <InputNumber
              {...control}
              min={1}
              max={500}
              precision={0}
              value={kind.max_chosen ?? null}
              onChange={(next) => {
                const { max_chosen: _, ...rest } = kind;
                onChange(next === null ? rest : { ...rest, max_chosen: next }, 'max_chosen');
              }}
              style={{ width: '100%' }}
            />
          )}
        </Prop>
      )}
      <Modal
        open={many !== undefined}
        title={t('addMany')}
        onCancel={() => setMany(undefined)}
        onOk={() => void addMany()}
        destroyOnHidden
      >
        <Input.TextArea
          aria-label={t('addMany')}
          autoSize={{ minRows: 6, maxRows: 16 }}
          placeholder={t('addManyHint')}
          value={many ?? ''}
          onChange={(event) => setMany(event.target.value)}
        />
      </Modal>
    </>
  );
}
