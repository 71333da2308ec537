import type { components } from '@/shared/api/schema';
import { App, Button } from 'antd';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { ListPage } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { TimeText } from '@/shared/ui/texts';
import { settings } from './messages';

type Job = components['schemas']['Job'];

export default function JobsSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  const retry = async (job: Job) => {
    try {
      await api.post(`/api/v1/jobs/${job.id}/retry`);
      void message.success(c('done'));
      await queryClient.invalidateQueries({ queryKey: ['job'] });
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <ListPage<Job>
      title={t('jobs')}
      object="job"
      path="/api/v1/jobs"
      plain
      query={{ state: 'dead' }}
      emptyTitle={t('noDead')}
      emptyHint={t('noDeadHint')}
      columns={[
        { key: 'kind', title: { zh: '任务', en: 'Job' }, width: 200, render: (row) => <strong>{row.kind}</strong> },
        {
          key: 'error',
          title: { zh: '最近错误', en: 'Last error' },
          render: (row) => <span className="prewrap">{row.last_error ?? '—'}</span>,
        },
        {
          key: 'attempts',
          title: { zh: '次数', en: 'Attempts' },
          width: 90,
          render: (row) => `${row.attempts} / ${row.max_attempts}`,
        },
        {
          key: 'at',
          title: { zh: '失败时间', en: 'Failed' },
          width: 130,
          render: (row) => <TimeText at={row.finished_at ?? row.created_at} />,
        },
        {
          key: 'actions',
          title: { zh: '操作', en: 'Actions' },
          width: 100,
          render: (row) => (
            <Button size="small" onClick={() => void retry(row)}>
              {t('retry')}
            </Button>
          ),
        },
      ]}
    />
  );
}
