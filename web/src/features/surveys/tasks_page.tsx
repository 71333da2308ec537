import type { components } from '@/shared/api/schema';
import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { FormDrawer } from '@/shared/fields/form_drawer';
import { defineMessages, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { useCan } from '@/shared/session';
import { ErrorState } from '@/shared/ui/error_state';
import { ListPage } from '@/shared/ui/list_page';
import { DueText, PersonText, StatusTag } from '@/shared/ui/texts';
import { useAttempt } from '@/shared/ui/use_attempt';

type Task = components['schemas']['RecoveryTask'];

const messages = defineMessages(
  {
    title: '挽回任务',
    emptyTitle: '没有挽回任务',
    emptyHint: '客户打低分时会自动生成任务，提醒负责人尽快联系客户。',
    done: '完成',
    change: '改派 / 改期',
    result: '处理结果',
    resultHint: '联系结果、补救措施、客户态度',
    search: '搜索任务',
  },
  {
    title: 'Recovery tasks',
    emptyTitle: 'No recovery tasks',
    emptyHint: 'A low score makes a task, so that somebody calls the customer soon.',
    done: 'Done',
    change: 'Reassign',
    result: 'Result',
    resultHint: 'What was said, what was done, how the customer feels',
    search: 'Search tasks',
  },
);

export default function TasksPage() {
  const t = useMessages(messages);
  const can = useCan();
  const [changing, setChanging] = useState<Task>();
  const [completing, setCompleting] = useState<Task>();
  const { busy, error, attempt } = useAttempt();
  const [form] = Form.useForm<{ result: string }>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['task'] });
  const editable = can('tickets.update');
  const complete = async ({ result }: { result: string }) => {
    if (!completing) return;
    await attempt(async () => {
      await api.post(
        `/api/v1/recovery-tasks/${completing.id}/complete`,
        { result: result.trim() },
        { version: completing.version },
      );
      setCompleting(undefined);
      form.resetFields();
      await refresh();
    });
  };
  return (
    <>
      <ListPage<Task>
        title={t('title')}
        object="task"
        path="/api/v1/recovery-tasks"
        searchHint={t('search')}
        defaultSort="due_at"
        emptyTitle={t('emptyTitle')}
        emptyHint={t('emptyHint')}
        presets={[{ label: { zh: '待处理', en: 'Open' }, filter: { field: 'status', op: 'in', value: ['open'] } }]}
        filters={[
          { id: 'status', label: { zh: '状态', en: 'status' }, type: 'choice', choices: choices.taskStatus },
          { id: 'assignee_id', label: { zh: '负责人', en: 'responsible' }, type: 'id', of: 'user' },
          { id: 'due_at', label: { zh: '期限', en: 'due' }, type: 'time' },
        ]}
        columns={[
          { key: 'title', title: { zh: '任务', en: 'Task' }, render: (row) => <strong>{row.title}</strong> },
          {
            key: 'ticket',
            title: { zh: '工单', en: 'Ticket' },
            width: 160,
            render: (row) => (
              <Link to="/tickets/$id" params={{ id: row.ticket_id }}>
                {row.ticket_number}
              </Link>
            ),
          },
          {
            key: 'assignee',
            title: { zh: '负责人', en: 'Responsible' },
            width: 120,
            render: (row) => <PersonText name={row.assignee_name} />,
          },
          {
            key: 'status',
            title: { zh: '状态', en: 'Status' },
            width: 100,
            render: (row) => <StatusTag of={choices.taskStatus} value={row.status} />,
          },
          {
            key: 'due',
            title: { zh: '期限', en: 'Due' },
            sort: 'due_at',
            width: 150,
            render: (row) => <DueText at={row.due_at} met={row.status === 'done'} />,
          },
          {
            key: 'result',
            title: { zh: '结果', en: 'Result' },
            wide: true,
            render: (row) => <span className="prewrap">{row.result ?? '—'}</span>,
          },
          {
            key: 'actions',
            title: { zh: '操作', en: 'Actions' },
            width: 200,
            render: (row) =>
              row.status === 'open' && editable ? (
                <span className="row">
                  <Button size="small" type="primary" onClick={() => setCompleting(row)}>
                    {t('done')}
                  </Button>
                  <Button size="small" onClick={() => setChanging(row)}>
                    {t('change')}
                  </Button>
                </span>
              ) : null,
          },
        ]}
      />
      <FormDrawer
        open={changing !== undefined}
        title={t('change')}
        fields={[
          { name: 'assignee_id', label: { zh: '负责人', en: 'Responsible' }, kind: 'relation', of: 'user' },
          { name: 'due_at', label: { zh: '期限', en: 'Due' }, kind: 'time', required: true },
        ]}
        path={url('/api/v1/recovery-tasks/{id}', { id: changing?.id ?? '' })}
        record={changing as never}
        onClose={() => setChanging(undefined)}
        onSaved={() => void refresh()}
      />
      <Modal
        open={completing !== undefined}
        title={completing?.title}
        onOk={() => form.submit()}
        okButtonProps={{ loading: busy }}
        onCancel={() => setCompleting(undefined)}
      >
        {error !== undefined && <ErrorState error={error} />}
        <Form form={form} layout="vertical" onFinish={(values) => void complete(values)}>
          <Form.Item
            name="result"
            label={t('result')}
            extra={t('resultHint')}
            rules={[{ required: true, whitespace: true }]}
          >
            <Input.TextArea rows={4} maxLength={2000} showCount />
          </Form.Item>
        </Form>
      </Modal>
    </>
  );
}
