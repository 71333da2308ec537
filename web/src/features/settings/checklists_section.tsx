import { useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Form, Input, Skeleton } from 'antd';
import { useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag } from '@/shared/ui/texts';
import { settings } from './messages';
import { RowsForm } from './rows_form';

type Template = components['schemas']['ChecklistTemplate'];
type Item = components['schemas']['ChecklistItem'];

/** One kind of service's checklist. */
function ChecklistForm({ template, onDirty }: { template: Template; onDirty: (dirty: boolean) => void }) {
  const t = useMessages(settings);
  const c = useMessages(common);
  const text = (at: number, name: 'label_zh' | 'label_en', label: string) => (
    <Form.Item
      name={[at, name]}
      label={label}
      className="rows-form-wide"
      rules={[
        { required: true, whitespace: true, message: c('required', { label }) },
        { max: 200, message: c('tooLong', { n: 200 }) },
      ]}
    >
      <Input maxLength={200} />
    </Form.Item>
  );
  return (
    <RowsForm<Item>
      rows={template.items}
      names={['label_zh', 'label_en', 'required']}
      blank={() => ({ id: `point_${newKey().slice(0, 12)}`, label_zh: '', label_en: '', required: true })}
      most={100}
      addLabel={t('addPoint')}
      emptyTitle={t('noPoints')}
      emptyHint={t('noPointsHint')}
      version={template.version}
      onDirty={onDirty}
      onReload={() => void queryClient.invalidateQueries({ queryKey: ['checklist'] })}
      onSave={async (items, version) => {
        const saved = await api.put<Template>(
          url('/api/v1/checklist-templates/{type}', { type: template.ticket_type }),
          {
            items: items.map((item) => ({
              id: item.id,
              label_zh: item.label_zh.trim(),
              label_en: item.label_en.trim(),
              required: item.required === true,
            })),
          },
          { version },
        );
        queryClient.setQueryData<Template[]>(['checklist'], (old) =>
          old?.map((one) => (one.ticket_type === saved.ticket_type ? saved : one)),
        );
      }}
      row={(at) => (
        <>
          <Form.Item name={[at, 'id']} hidden>
            <Input />
          </Form.Item>
          {text(at, 'label_zh', t('textZh'))}
          {text(at, 'label_en', t('textEn'))}
          <Form.Item name={[at, 'required']} valuePropName="checked" className="rows-form-check">
            <Checkbox>{t('mustTick')}</Checkbox>
          </Form.Item>
        </>
      )}
    />
  );
}

/** What engineers look at on site, by kind of service. */
export default function ChecklistsSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const locale = useLocale();
  const { modal } = App.useApp();
  const [type, setType] = useState('repair');
  const dirty = useRef(false);
  const templates = useQuery({
    queryKey: ['checklist'],
    queryFn: ({ signal }) => api.get<Template[]>('/api/v1/checklist-templates', undefined, { signal }),
  });
  const current = templates.data?.find((one) => one.ticket_type === type);
  const show = (next: string) => {
    if (next === type) return;
    if (!dirty.current) return setType(next);
    modal.confirm({
      title: c('unsavedTitle'),
      content: c('unsavedText'),
      okText: c('unsavedLeave'),
      cancelText: c('unsavedStay'),
      onOk: () => setType(next),
    });
  };
  return (
    <div className="page" style={{ maxWidth: 1080 }}>
      <div className="page-head">
        <PageTitle name={t('checklists')} />
      </div>
      <div className="row" role="group" aria-label={t('ticketType')} style={{ marginBottom: 10 }}>
        {choices.ticketType.map((one) => (
          <Button
            key={one.value}
            size="small"
            shape="round"
            type={one.value === type ? 'primary' : 'default'}
            aria-pressed={one.value === type}
            onClick={() => show(one.value)}
          >
            {labelText(one, locale)}
          </Button>
        ))}
      </div>
      <Panel
        title={
          <>
            {labelText(choices.ticketType.find((one) => one.value === type) ?? { zh: '', en: '' }, locale)}{' '}
            {current?.version === 0 && <ToneTag>{t('builtIn')}</ToneTag>}
          </>
        }
      >
        <p className="muted">{t('checklistsHint')}</p>
        {templates.isPending && <Skeleton active />}
        {templates.isError && <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />}
        {current && (
          <ChecklistForm
            key={type}
            template={current}
            onDirty={(now) => {
              dirty.current = now;
            }}
          />
        )}
      </Panel>
    </div>
  );
}
