/** What a person has exported: how far it is, the file as long as it is kept, and when it went. */
import { ExportOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect } from 'react';
import { api, url } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import type { Page } from '@/shared/api/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ListPage } from '@/shared/ui/list_page';
import { TimeText, ToneTag } from '@/shared/ui/texts';
import { fileSize } from '@/shared/ui/uploader';
import { exportTargetsQuery, shownState } from './exports';
import './lists.css';
import { exportList as words } from './messages';

type Export = components['schemas']['Export'];
const TONES = {
  queued: 'new',
  running: 'open',
  done: 'resolved',
  failed: 'danger',
  expired: 'cancelled',
} as const;

const title = (key: keyof typeof words.zh) => ({ zh: words.zh[key], en: words.en[key] });

function FileLink({ made }: { made: Export }) {
  const t = useMessages(words);
  const state = shownState(made);
  if (state === 'expired') return <span className="muted">{t('gone')}</span>;
  if (state === 'failed') return <span className="muted">{t('again')}</span>;
  if (state !== 'done' || !made.file) return <span className="muted">—</span>;
  return (
    <Button
      size="small"
      href={url('/api/v1/exports/{id}/content', { id: made.id })}
      download={made.file.name}
      aria-label={`${t('download')} ${fileSize(made.file.size)} ${made.file.name}`}
    >
      {t('download')} {fileSize(made.file.size)}
    </Button>
  );
}

export default function ExportsPage() {
  const t = useMessages(words);
  const locale = useLocale();
  const may = useCan()('data.export');
  const { data: targets } = useQuery({ ...exportTargetsQuery, enabled: may });
  const newest = useQuery({
    queryKey: ['export', 'moving'],
    enabled: may,
    queryFn: ({ signal }) => api.get<Page<Export>>('/api/v1/exports', { limit: 10 }, { signal }),
    refetchInterval: (query) =>
      query.state.data?.items.some((made) => made.state === 'queued' || made.state === 'running') ? 1_000 : false,
  });
  const moving = newest.data?.items.map((made) => `${made.id} ${made.state} ${made.rows}`).join();
  useEffect(() => {
    if (moving) void queryClient.invalidateQueries({ queryKey: ['export', 'list'] });
  }, [moving]);
  const listName = (list: string) => {
    const target = targets?.find((one) => one.list === list);
    return target ? labelText(target.name, locale) : '—';
  };
  return (
    <ListPage<Export>
      title={t('title')}
      icon={<ExportOutlined />}
      object="export"
      path="/api/v1/exports"
      plain
      above={
        <p className="muted" style={{ marginBottom: 12 }}>
          {t('hint')}
        </p>
      }
      emptyTitle={t('none')}
      emptyHint={t('noneHint')}
      columns={[
        {
          key: 'list',
          title: title('colList'),
          render: (made) => (
            <>
              {listName(made.list)} <span className="muted">{made.format === 'xlsx' ? 'Excel' : 'CSV'}</span>
            </>
          ),
        },
        {
          key: 'state',
          title: title('colState'),
          width: 130,
          render: (made) => {
            const state = shownState(made);
            return <ToneTag tone={TONES[state]}>{t(state)}</ToneTag>;
          },
        },
        {
          key: 'rows',
          title: title('colRows'),
          width: 110,
          align: 'right',
          render: (made) => <span className="number">{made.rows}</span>,
        },
        {
          key: 'created_at',
          title: title('colAt'),
          width: 140,
          render: (made) => <TimeText at={made.created_at} />,
        },
        {
          key: 'expires_at',
          title: title('colUntil'),
          width: 140,
          render: (made) => <TimeText at={made.expires_at} />,
        },
        { key: 'file', title: title('colFile'), width: 260, render: (made) => <FileLink made={made} /> },
      ]}
    />
  );
}
