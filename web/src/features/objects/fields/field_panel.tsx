/** All properties of one field, or of one column of a sub-table. */
import { Button, Input, Progress, Select } from 'antd';
import { useEffect, useRef } from 'react';
import type { Field, FieldKind, Label } from '@/shared/form_types';
import { isComputed, KIND_NAMES } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { roleName } from '@/shared/labels';
import type { FieldsView } from '@/shared/objects/queries';
import { MultiSelect } from '@/shared/ui/multi_select';
import { retold } from '../design';
import { freeId, suggestId } from '../suggest';
import { ConditionEditor } from './condition_editor';
import { DefaultEditor } from './default_editor';
import { KindSettings } from './kind_settings';
import { COLUMN_KINDS, hasDefault, isIndexable, KINDS } from './kinds';
import { words } from './messages';
import { Prop, PropSection, PropSwitch } from './prop';
import { useScope } from './scope';

export interface FieldPanelProps {
  field: Field;
  level: 'field' | 'column';
  /** The fields beside it, itself among them. */
  siblings: readonly Field[];
  /** The field as the server has it; absent while it is new. */
  stored: Field | undefined;
  /** How far lists are with filtering by it. */
  index?: FieldsView['index'][number] | undefined;
  /** The fields with whose values its own must be unique together. */
  together?: readonly string[];
  onTogether?: (ids: string[]) => void;
  /** `place` names the property, so that typing on in it is one step to undo. */
  onChange: (field: Field, place: string) => void;
  onRename: (id: string) => void;
  /** Asks to change the type of a field that is saved already. */
  onConvert?: () => void;
}

function without(field: Field): Field {
  return Object.fromEntries(Object.entries(field).filter(([, value]) => value !== undefined)) as unknown as Field;
}

/** What of a field stays when it becomes another kind. */
export function ofKind(field: Field, kind: FieldKind): Field {
  const { default: _, default_expression: __, ...rest } = field;
  const indexable = isIndexable(kind);
  return {
    ...rest,
    kind,
    ...(indexable ? {} : { filterable: false, sortable: false, unique: false }),
    ...(isComputed(kind) ? { required: false } : {}),
  };
}

export default function FieldPanel(props: FieldPanelProps) {
  const { field, level, siblings, stored, index, together = [], onTogether, onChange, onRename, onConvert } = props;
  const t = useMessages(words);
  const locale = useLocale();
  const { roles, currency } = useScope();
  const { kind } = field;
  const isColumn = level === 'column';
  const computed = isComputed(kind);
  const indexable = isIndexable(kind);
  const name = labelText(field.label, locale) || field.label.zh || t('unnamed');
  const set = (change: Partial<Field>, place: string) => onChange(without({ ...field, ...change }), place);
  const label = (key: 'label' | 'help', language: keyof Label, text: string) =>
    set({ [key]: retold(field[key] ?? { zh: '', en: '' }, language, text) }, `${key} ${language}`);
  const others = siblings.filter((one) => one.id !== field.id && one.retired !== true);
  // Until somebody gives a new field an id of its own, its id follows its name.
  const followed = useRef(stored === undefined && /^(new_\w+?|column_\d+)(_\d+)?$/.test(field.id));
  const rename = (wanted: string) => {
    const taken = siblings.filter((one) => one.id !== field.id).map((one) => one.id);
    if (wanted !== '' && wanted !== field.id) onRename(freeId(wanted, taken));
  };
  // The id is found a moment later, when more may have been written already.
  const renameNow = useRef(rename);
  useEffect(() => {
    renameNow.current = rename;
  });
  const follow = () => {
    if (stored !== undefined || !followed.current) return;
    void suggestId(field.label).then((wanted) => renameNow.current(wanted));
  };
  const roleSelect = (key: 'see_roles' | 'edit_roles', word: 'seeRoles' | 'editRoles', everybody: string) => (
    <Prop label={t(word)} at={`/${key}`}>
      {(control) => (
        <MultiSelect
          {...control}
          value={field[key] ?? []}
          placeholder={everybody}
          options={roles.map((role) => ({ value: role.key, label: roleName(role) }))}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(next: string[]) => set({ [key]: next }, '')}
          style={{ width: '100%' }}
        />
      )}
    </Prop>
  );
  const hasSettings = ![
    'boolean',
    'region',
    'person',
    'team',
    'location',
    'signature',
    'phone',
    'email',
    'url',
    'id_number',
  ].includes(kind.type);
  const changeKind = (next: KindName) => {
    const made = KINDS[next].make(currency);
    // Options, and limits of the same meaning, stay with kinds that have them too.
    const kept = 'options' in kind && 'options' in made ? { ...made, options: kind.options ?? [] } : made;
    onChange(ofKind(field, kept), '');
  };
  return (
    <div className="field-panel">
      <PropSection title={t('basic')}>
        <Prop label={t('labelZh')} at="/label">
          {(control) => (
            <Input
              {...control}
              data-name="zh-CN"
              value={field.label.zh}
              maxLength={100}
              onChange={(event) => label('label', 'zh', event.target.value)}
              onBlur={follow}
            />
          )}
        </Prop>
        <Prop label={t('labelEn')}>
          {(control) => (
            <Input
              {...control}
              data-name="en"
              value={field.label.en}
              maxLength={100}
              placeholder={field.label.zh || t('sameAsZh')}
              onChange={(event) => label('label', 'en', event.target.value)}
              onBlur={follow}
            />
          )}
        </Prop>
        <Prop label={t('kind')} at="/kind/type">
          {(control) =>
            stored === undefined ? (
              <Select
                {...control}
                value={kind.type}
                showSearch={{ optionFilterProp: 'label' }}
                options={(isColumn ? COLUMN_KINDS : (Object.keys(KINDS) as KindName[])).map((one) => ({
                  value: one,
                  label: labelText(KIND_NAMES[one], locale),
                }))}
                onChange={changeKind}
              />
            ) : (
              <div className="row-between" id={control.id}>
                <span>
                  {KINDS[kind.type].icon} {labelText(KIND_NAMES[kind.type], locale)}
                </span>
                {onConvert && (
                  <Button size="small" onClick={onConvert}>
                    {t('changeKind')}
                  </Button>
                )}
              </div>
            )
          }
        </Prop>
        <Prop label={t('id')} at="/id" help={stored === undefined ? t('idHint') : undefined}>
          {(control) => (
            <Input
              {...control}
              className="mono"
              value={field.id}
              maxLength={40}
              disabled={stored !== undefined}
              onChange={(event) => {
                followed.current = false;
                onRename(event.target.value);
              }}
            />
          )}
        </Prop>
        <Prop label={t('helpZh')} at="/help">
          {(control) => (
            <Input
              {...control}
              value={field.help?.zh ?? ''}
              maxLength={300}
              onChange={(event) => label('help', 'zh', event.target.value)}
            />
          )}
        </Prop>
        <Prop label={t('helpEn')}>
          {(control) => (
            <Input
              {...control}
              value={field.help?.en ?? ''}
              maxLength={300}
              placeholder={field.help?.zh ? field.help.zh : ''}
              onChange={(event) => label('help', 'en', event.target.value)}
            />
          )}
        </Prop>
        {!computed && (
          <PropSwitch
            label={t('required')}
            at="/required"
            value={field.required === true}
            onChange={(required) => set({ required }, '')}
          />
        )}
      </PropSection>
      {hasSettings && (
        <PropSection title={t('settings')} at="/kind">
          <KindSettings
            field={field}
            level={level}
            siblings={siblings}
            stored={stored}
            onChange={(next, place) => set({ kind: next }, place ? `kind ${place}` : '')}
          />
        </PropSection>
      )}
      <PropSection title={t('rules')}>
        {hasDefault(kind) && (
          <DefaultEditor key={kind.type} field={field} above={others} withFormula={!isColumn} onChange={set} />
        )}
        <ConditionEditor
          label={t('visibleIf')}
          name={name}
          at="/visible_if"
          none={t('always')}
          value={field.visible_if}
          fields={others}
          onChange={(visible_if) => set({ visible_if } as Partial<Field>, '')}
        />
        {!computed && (
          <ConditionEditor
            label={t('requiredIf')}
            name={name}
            at="/required_if"
            none={t('never')}
            value={field.required_if}
            fields={others}
            onChange={(required_if) => set({ required_if } as Partial<Field>, '')}
          />
        )}
        {!isColumn && (
          <>
            <PropSwitch
              label={t('unique')}
              at="/unique"
              help={t('uniqueHint')}
              value={field.unique === true}
              disabled={!indexable || computed}
              onChange={(unique) => set({ unique }, '')}
            />
            {indexable && !computed && onTogether && (
              <Prop label={t('together')} at="/together" help={together.length > 0 ? t('togetherHint') : undefined}>
                {(control) => (
                  <MultiSelect
                    {...control}
                    maxCount={4}
                    value={[...together]}
                    placeholder={t('noDefault')}
                    options={others
                      .filter((one) => isIndexable(one.kind) && !isComputed(one.kind))
                      .map((one) => ({ value: one.id, label: labelText(one.label, locale) || t('unnamed') }))}
                    onChange={(next: string[]) => onTogether(next)}
                    style={{ width: '100%' }}
                  />
                )}
              </Prop>
            )}
            {!computed && (
              <PropSwitch
                label={t('readOnly')}
                at="/read_only"
                help={t('readOnlyHint')}
                value={field.read_only === true}
                onChange={(read_only) => set({ read_only }, '')}
              />
            )}
          </>
        )}
      </PropSection>
      {!isColumn && (
        <PropSection title={t('lists')}>
          <PropSwitch
            label={t('filterable')}
            at="/filterable"
            value={field.filterable === true}
            disabled={!indexable}
            onChange={(filterable) => set(filterable ? { filterable } : { filterable, sortable: false }, '')}
            help={
              index?.state === 'filling' ? (
                <>
                  {t('fillingHint', { done: index.done, total: index.total })}
                  <Progress
                    percent={index.total > 0 ? Math.floor((100 * index.done) / index.total) : 0}
                    size="small"
                    aria-label={t('filterable')}
                  />
                </>
              ) : undefined
            }
          />
          <PropSwitch
            label={t('sortable')}
            at="/sortable"
            value={field.sortable === true}
            disabled={!indexable}
            help={indexable && field.filterable !== true ? t('sortableHint') : undefined}
            onChange={(sortable) => set(sortable ? { sortable, filterable: true } : { sortable }, '')}
          />
          <PropSwitch
            label={t('searchable')}
            at="/searchable"
            value={field.searchable === true}
            onChange={(searchable) => set({ searchable }, '')}
          />
          <PropSwitch
            label={t('reportable')}
            at="/reportable"
            value={field.reportable === true}
            onChange={(reportable) => set({ reportable }, '')}
          />
        </PropSection>
      )}
      <PropSection title={t('privacy')}>
        <PropSwitch
          label={t('personal')}
          at="/personal"
          help={t('personalHint')}
          value={field.personal === true}
          onChange={(personal) => set({ personal }, '')}
        />
        {!isColumn && roleSelect('see_roles', 'seeRoles', t('everyRole'))}
        {!isColumn && !computed && roleSelect('edit_roles', 'editRoles', t('everyEditor'))}
      </PropSection>
    </div>
  );
}
