/** The definition of an object: names, icon, place, numbers, title and who may use it. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, App, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { definitionQuery, fieldsQuery, type ObjectDefinition } from '@/shared/objects/queries';
import { common } from '@/shared/ui/messages';
import { ErrorState } from '@/shared/ui/error_state';
import { Panel } from '@/shared/ui/record_page';
import { AccessMatrix } from './access_matrix';
import { sameText } from './design';
import { Prop } from './fields/prop';
import { IconPicker } from './icon_picker';
import { objects } from './messages';
import { NumberFormatFields } from './number_format';
import { numberFault } from './numbering';
import { objectPath, type MenuPlace } from './objects';

type Draft = Pick<
  ObjectDefinition,
  'name' | 'icon' | 'menu' | 'number_prefix' | 'number_format' | 'title_field' | 'roles'
>;

const draftOf = (definition: ObjectDefinition): Draft => ({
  name: definition.name,
  icon: definition.icon ?? null,
  menu: definition.menu,
  number_prefix: definition.number_prefix,
  number_format: definition.number_format,
  title_field: definition.title_field ?? null,
  roles: definition.roles,
});

/** Kinds whose values name a record well. */
const TITLES = [
  'text',
  'barcode',
  'auto_number',
  'phone',
  'email',
  'id_number',
  'choice',
  'date',
  'formula',
  'look_up',
];

export default function SettingsTab({ definition }: { definition: ObjectDefinition }) {
  const t = useMessages(objects);
  const c = useMessages(common);
  const locale = useLocale();
  const { message } = App.useApp();
  const fields = useQuery(fieldsQuery(definition.key));
  const [draft, setDraft] = useState<Draft>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const stored = draftOf(definition);
  const shown = draft ?? stored;
  const dirty = draft !== undefined && sameText(draft) !== sameText(stored);
  useUnsavedGuard(dirty);
  if (definition.built_in) {
    return (
      <Alert
        type="info"
        showIcon
        title={t('builtInNote')}
        action={
          <Link to="/settings/$section" params={{ section: 'roles' }} search={{}}>
            {t('roles')}
          </Link>
        }
      />
    );
  }
  const set = (change: Partial<Draft>) => setDraft({ ...shown, ...change });
  const stale = error instanceof ApiError && error.status === 412;
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const zh = shown.name.zh.trim();
      const body = { ...shown, name: { zh, en: shown.name.en.trim() || zh } };
      const saved = await api.patch<ObjectDefinition>(objectPath(definition.key), body, {
        version: definition.version,
      });
      queryClient.setQueryData(definitionQuery(definition.key).queryKey, saved);
      setDraft(undefined);
      void queryClient.invalidateQueries({ queryKey: ['object', 'list'] });
      void message.success(t('settingsSaved'));
    } catch (caught) {
      setError(caught);
      // The next try is based on what somebody else saved; what was typed here stays.
      await queryClient.invalidateQueries({ queryKey: definitionQuery(definition.key).queryKey });
    } finally {
      setBusy(false);
    }
  };
  const titles = (fields.data?.catalogue.fields ?? []).filter(
    (field) => field.retired !== true && TITLES.includes(field.kind.type),
  );
  const wrong = numberFault(shown.number_prefix, shown.number_format, definition.number_prefix) !== undefined;
  return (
    <div className="stack object-settings">
      {stale && <Alert type="warning" showIcon role="alert" title={t('conflictSettings')} />}
      {error !== undefined && !stale && <ErrorState error={error} />}
      <div className="columns columns-even">
        <Panel title={t('basic')}>
          <div className="field-panel">
            <div className="prop-pair">
              <Prop label={t('nameZh')}>
                {(control) => (
                  <Input
                    {...control}
                    value={shown.name.zh}
                    maxLength={100}
                    onChange={(event) => set({ name: { ...shown.name, zh: event.target.value } })}
                  />
                )}
              </Prop>
              <Prop label={t('nameEn')}>
                {(control) => (
                  <Input
                    {...control}
                    value={shown.name.en}
                    maxLength={100}
                    placeholder={shown.name.zh}
                    onChange={(event) => set({ name: { ...shown.name, en: event.target.value } })}
                  />
                )}
              </Prop>
            </div>
            <div className="prop">
              <div className="prop-label">{t('icon')}</div>
              <IconPicker value={shown.icon ?? null} onChange={(icon) => set({ icon })} />
            </div>
            <div className="prop-pair">
              <Prop label={t('menuPlace')}>
                {(control) => (
                  <Select
                    {...control}
                    value={shown.menu}
                    options={(['main', 'more', 'hidden'] as const).map((place) => ({
                      value: place,
                      label: t(`menu_${place}`),
                    }))}
                    onChange={(menu: MenuPlace) => set({ menu })}
                  />
                )}
              </Prop>
              <Prop label={t('prefix')}>
                {(control) => (
                  <Input
                    {...control}
                    value={shown.number_prefix}
                    maxLength={10}
                    onChange={(event) => set({ number_prefix: event.target.value })}
                  />
                )}
              </Prop>
            </div>
            <NumberFormatFields
              prefix={shown.number_prefix}
              before={definition.number_prefix}
              value={shown.number_format}
              onChange={(format) => set({ number_format: format })}
            />
            <Prop label={t('titleField')} help={t('titleFieldHint')}>
              {(control) => (
                <Select
                  {...control}
                  value={shown.title_field ?? ''}
                  options={[
                    { value: '', label: t('titleAuto') },
                    ...titles.map((field) => ({ value: field.id, label: labelText(field.label, locale) })),
                  ]}
                  onChange={(id: string) => set({ title_field: id === '' ? null : id })}
                />
              )}
            </Prop>
            <Prop label={t('api')}>
              {({ id }) => <Input id={id} className="mono" readOnly value={`/api/v1/records/${definition.key}`} />}
            </Prop>
          </div>
        </Panel>
        <Panel title={t('access')}>
          <AccessMatrix value={shown.roles} onChange={(roles) => set({ roles })} />
        </Panel>
      </div>
      <div className="row">
        <Button
          type="primary"
          loading={busy}
          disabled={!dirty || shown.name.zh.trim() === '' || wrong}
          onClick={() => void save()}
        >
          {c('save')}
        </Button>
        {dirty && (
          <Button
            onClick={() => {
              setDraft(undefined);
              setError(undefined);
            }}
          >
            {c('cancel')}
          </Button>
        )}
      </div>
    </div>
  );
}
