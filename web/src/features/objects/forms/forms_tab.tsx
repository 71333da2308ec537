/** The forms of an object: which there are, a new one, and the designer of the chosen one. */
import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Form as AntForm, Input, Modal, Radio, Select, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Catalogue, Form } from '@/shared/form_types';
import { wholeForm } from '@/shared/form_view/whole_form';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { formQuery, formsQuery, type FormView as StoredForm, type ObjectDefinition } from '@/shared/objects/queries';
import { EmptyState } from '@/shared/ui/empty_state';
import { ErrorState } from '@/shared/ui/error_state';
import { PageSkeleton } from '@/shared/ui/page_skeleton';
import { ScopeContext, type Scope } from '../fields/scope';
import { objectPath, rolesQuery } from '../objects';
import { FormActions } from './form_actions';
import { words } from './messages';

const FormDesigner = lazy(() => import('./form_designer'));

interface NewForm {
  zh: string;
  en?: string;
  channel: Form['channel'];
  start: 'all' | 'empty';
}

function NewFormDialog({
  object,
  catalogue,
  onClose,
  onCreated,
}: {
  object: string;
  catalogue: Catalogue;
  onClose: () => void;
  onCreated: (id: string) => void;
}) {
  const t = useMessages(words);
  const [form] = AntForm.useForm<NewForm>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef('');
  const create = async () => {
    const values = await form.validateFields();
    setBusy(true);
    setError(undefined);
    try {
      const zh = values.zh.trim();
      const whole = wholeForm(catalogue);
      const body = values.start === 'all' ? whole.body : [];
      const made: Form = {
        ...whole,
        id: 'new',
        name: { zh, en: values.en?.trim() || zh },
        channel: values.channel,
        body,
      };
      // What is sent again after a mistake was mended is another request.
      key.current = newKey();
      const saved = await api.post<StoredForm>(objectPath(object, '/forms'), { form: made }, { key: key.current });
      await queryClient.invalidateQueries({ queryKey: formsQuery(object).queryKey });
      onCreated(saved.id);
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('newForm')}
      okButtonProps={{ loading: busy }}
      onOk={() => void create().catch(() => undefined)}
      onCancel={onClose}
    >
      {error !== undefined && <ErrorState error={error} />}
      <AntForm<NewForm>
        form={form}
        layout="vertical"
        initialValues={{ zh: '', en: '', channel: 'staff', start: 'all' }}
      >
        <div className="form-grid">
          <AntForm.Item
            name="zh"
            label={t('nameZh')}
            rules={[{ required: true, whitespace: true, message: t('nameZh') }]}
          >
            <Input maxLength={100} />
          </AntForm.Item>
          <AntForm.Item name="en" label={t('nameEn')}>
            <Input maxLength={100} />
          </AntForm.Item>
        </div>
        <AntForm.Item name="channel" label={t('channel')}>
          <Select
            options={(['staff', 'engineer', 'customer'] as const).map((one) => ({
              value: one,
              label: t(`channel_${one}`),
            }))}
          />
        </AntForm.Item>
        <AntForm.Item name="start" label={t('startWith')}>
          <Radio.Group
            options={[
              { value: 'all', label: t('startAll') },
              { value: 'empty', label: t('startEmpty') },
            ]}
          />
        </AntForm.Item>
      </AntForm>
    </Modal>
  );
}

export default function FormsTab({ definition, catalogue }: { definition: ObjectDefinition; catalogue: Catalogue }) {
  const t = useMessages(words);
  const locale = useLocale();
  const navigate = useNavigate();
  const { form: wanted } = useSearch({ strict: false }) as { form?: string };
  const forms = useQuery({ ...formsQuery(definition.key), staleTime: 0 });
  const roles = useQuery(rolesQuery);
  const [creating, setCreating] = useState(false);
  const chosen = forms.data?.find((one) => one.id === wanted) ?? forms.data?.[0];
  const stored = useQuery({ ...formQuery(chosen?.id ?? ''), staleTime: 0, enabled: chosen !== undefined });
  const scope = useMemo(
    (): Scope => ({
      object: { key: definition.key, name: definition.name },
      catalogue,
      targets: [],
      roles: roles.data ?? [],
      currency: '',
    }),
    [definition, catalogue, roles.data],
  );
  const open = (id: string) =>
    void navigate({
      to: '/settings/objects/$object',
      params: { object: definition.key },
      search: { tab: 'forms', form: id },
    });
  const create = (
    <Button icon={<PlusOutlined />} onClick={() => setCreating(true)}>
      {t('newForm')}
    </Button>
  );
  if (forms.isError) return <ErrorState error={forms.error} onRetry={() => void forms.refetch()} />;
  if (!forms.data) return <Skeleton active paragraph={{ rows: 8 }} />;
  return (
    <ScopeContext.Provider value={scope}>
      {forms.data.length === 0 ? (
        <div className="panel">
          <EmptyState title={t('noForms')} hint={t('noFormsHint')} action={create} />
        </div>
      ) : (
        <div className="row forms-bar">
          <Select
            aria-label={t('formsOf')}
            value={chosen?.id ?? null}
            style={{ minWidth: 260 }}
            options={forms.data.map((one) => ({
              value: one.id,
              label: [
                labelText(one.name, locale),
                t(`channel_${one.channel}`),
                ...(one.archived_at ? [t('archived')] : one.published_version ? [] : [t('draft')]),
              ].join(' · '),
            }))}
            onChange={open}
          />
          {create}
          {chosen && stored.data?.id === chosen.id && (
            <FormActions
              object={definition.key}
              forms={forms.data}
              stored={stored.data}
              onGone={() => {
                const next = forms.data.find((one) => one.id !== chosen.id);
                void navigate({
                  to: '/settings/objects/$object',
                  params: { object: definition.key },
                  search: { tab: 'forms', ...(next ? { form: next.id } : {}) },
                });
              }}
            />
          )}
        </div>
      )}
      {stored.isError && <ErrorState error={stored.error} onRetry={() => void stored.refetch()} />}
      {chosen && stored.data?.id === chosen.id && (
        <Suspense fallback={<PageSkeleton />}>
          <FormDesigner key={chosen.id} stored={stored.data} catalogue={catalogue} />
        </Suspense>
      )}
      {creating && (
        <NewFormDialog
          object={definition.key}
          catalogue={catalogue}
          onClose={() => setCreating(false)}
          onCreated={(id) => {
            setCreating(false);
            open(id);
          }}
        />
      )}
    </ScopeContext.Provider>
  );
}
