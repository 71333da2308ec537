/** Export of a list as it is shown, with progress and the file; and the way to its import. */
import { ExportOutlined, ImportOutlined, SwapOutlined } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Alert, Button, Dropdown, Modal, Progress } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import type { components } from '@/shared/api/schema';
import { queryClient } from '@/shared/api/query_client';
import { getLocale, useLocale, useMessages } from '@/shared/i18n';
import { formatFullTime } from '@/shared/time';
import { ErrorState } from '@/shared/ui/error_state';
import { fieldsOfColumn, type ExchangeProps } from '@/shared/ui/list_tools';
import { fileSize } from '@/shared/ui/uploader';
import { useIsPhone } from '@/shared/ui/use_media';
import { exportTargetsQuery } from './exports';
import { exchange as words } from './messages';

type Export = components['schemas']['Export'];

type Format = 'csv' | 'xlsx';

function ExportDialog({ format, onClose, ...props }: ExchangeProps & { format: Format; onClose: () => void }) {
  const { list, title, columns, q, filter, sort, archived } = props;
  const t = useMessages(words);
  const locale = useLocale();
  const targets = useQuery(exportTargetsQuery);
  const target = targets.data?.find((one) => one.list === list);
  const key = useRef(newKey());
  const [id, setId] = useState<string>();
  const fields = target
    ? [...new Set(columns.flatMap((column) => fieldsOfColumn(target, column).map((one) => one.id)))]
    : [];
  const start = useMutation({
    mutationFn: () =>
      api.post<Export>(
        '/api/v1/exports',
        {
          list,
          format,
          columns: fields,
          archived,
          locale: getLocale(),
          ...(filter ? { filter } : {}),
          ...(sort ? { sort } : {}),
          ...(q ? { q } : {}),
        },
        { key: key.current },
      ),
    onSuccess: (made) => {
      setId(made.id);
      void queryClient.invalidateQueries({ queryKey: ['export', 'moving'] });
    },
    onError: () => {
      key.current = newKey();
    },
  });
  const begin = useEffectEvent(() => {
    if (fields.length > 0 && start.isIdle) start.mutate();
  });
  const known = target !== undefined;
  useEffect(() => {
    if (known) begin();
  }, [known]);
  const watched = useQuery({
    queryKey: ['export', 'one', id],
    queryFn: ({ signal }) => api.get<Export>(url('/api/v1/exports/{id}', { id: id ?? '' }), undefined, { signal }),
    enabled: id !== undefined,
    refetchInterval: (query) =>
      query.state.data?.state === 'done' || query.state.data?.state === 'failed' ? false : 500,
  });
  const made = watched.data;
  const error = targets.error ?? start.error ?? watched.error;
  const over = made?.state === 'done' || made?.state === 'failed';
  const percent = made?.total ? Math.min(100, Math.floor((made.rows / made.total) * 100)) : 0;
  return (
    <Modal
      open
      title={t('exporting', { list: title })}
      onCancel={onClose}
      footer={<Button onClick={onClose}>{t('close')}</Button>}
    >
      <div className="stack" aria-live="polite">
        <p className="muted">{t('asShown')}</p>
        {error && (
          <ErrorState
            error={error}
            onRetry={() => (start.error ? start.mutate() : void (id ? watched.refetch() : targets.refetch()))}
          />
        )}
        {target && fields.length === 0 && <Alert type="warning" showIcon title={t('noColumns')} />}
        {!over && !error && fields.length > 0 && (
          <>
            <p>
              {made === undefined || made.state === 'queued'
                ? t('waiting')
                : made.total
                  ? t('progressOf', { n: made.rows, total: made.total })
                  : t('progress', { n: made.rows })}
            </p>
            <Progress percent={percent} status="active" aria-label={t('exporting', { list: title })} />
            <p className="muted">
              {t('hide')} <Link to="/exports">{t('mine')}</Link>
            </p>
          </>
        )}
        {made?.state === 'failed' && (
          <Alert
            type="error"
            showIcon
            title={made.failure && locale === 'en' ? t('failed', { reason: made.failure }) : t('failedPlain')}
          />
        )}
        {made?.state === 'done' && made.file && (
          <>
            <Alert type="success" showIcon title={t('ready', { n: made.rows })} />
            <Button
              type="primary"
              href={url('/api/v1/exports/{id}/content', { id: made.id })}
              download={made.file.name}
            >
              {t('download', { name: `${made.file.name} (${fileSize(made.file.size)})` })}
            </Button>
            <p className="muted">{t('until', { at: formatFullTime(made.expires_at) })}</p>
          </>
        )}
      </div>
    </Modal>
  );
}

export default function Exchange(props: ExchangeProps) {
  const t = useMessages(words);
  const navigate = useNavigate();
  const phone = useIsPhone();
  const [format, setFormat] = useState<Format>();
  const items = [
    ...(props.may.exports
      ? [
          { key: 'xlsx', label: t('exportXlsx'), onClick: () => setFormat('xlsx') },
          { key: 'csv', label: t('exportCsv'), onClick: () => setFormat('csv') },
          {
            key: 'exports',
            icon: <ExportOutlined />,
            label: t('mine'),
            onClick: () => void navigate({ to: '/exports' }),
          },
        ]
      : []),
    ...(props.may.imports
      ? [
          {
            key: 'import',
            icon: <ImportOutlined />,
            label: t('import'),
            onClick: () => void navigate({ to: '/imports', search: { list: props.list } }),
          },
        ]
      : []),
  ];
  return (
    <>
      <Dropdown trigger={['click']} menu={{ items }}>
        <Button icon={<SwapOutlined />} aria-label={t('more')} aria-haspopup="menu">
          {phone ? null : t('more')}
        </Button>
      </Dropdown>
      {format && <ExportDialog {...props} format={format} onClose={() => setFormat(undefined)} />}
    </>
  );
}
