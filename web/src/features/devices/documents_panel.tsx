import { DeleteOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag } from '@/shared/ui/texts';
import { Uploader } from '@/shared/ui/uploader';
import { devices } from './messages';

export interface ShownFile {
  id: string;
  of?: 'device' | 'product';
  file_id: string;
  name: string;
  size: number;
}

const inWords = (bytes: number) =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;

/** Manuals, drawings, reports: those of the device and, marked as such, those of its product. */
export function DocumentsPanel({
  path,
  documents,
  editable,
  onChanged,
}: {
  path: string;
  documents: readonly ShownFile[];
  editable: boolean;
  onChanged: () => void;
}) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const [removing, setRemoving] = useState<ShownFile>();
  const [adding, setAdding] = useState(false);
  const inherited = (row: ShownFile) => row.of === 'product';
  return (
    <Panel
      title={t('documents')}
      extra={
        editable && (
          <Button size="small" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {t('addDocument')}
          </Button>
        )
      }
    >
      {adding && (
        <Uploader
          label={t('addDocument')}
          onStored={async (file) => {
            await api.post(path, { file_id: file.id }, { key: newKey() });
            onChanged();
          }}
        />
      )}
      {documents.length === 0 && <p className="muted">{t('noDocuments')}</p>}
      <ul className="plain-list">
        {documents.map((row) => (
          <li key={row.id} className="row-between">
            <a
              href={`/api/v1/files/${row.file_id}/content`}
              className="grow"
              style={{ overflowWrap: 'anywhere' }}
              target="_blank"
              rel="noreferrer"
            >
              {row.name}
            </a>
            <span className="row muted">
              {inWords(row.size)}
              {inherited(row) && <ToneTag>{t('ofProduct')}</ToneTag>}
              {editable && !inherited(row) && (
                <Button
                  size="small"
                  type="text"
                  icon={<DeleteOutlined />}
                  aria-label={`${c('remove')} ${row.name}`}
                  onClick={() => setRemoving(row)}
                />
              )}
            </span>
          </li>
        ))}
      </ul>
      <ConfirmAction
        open={removing !== undefined}
        title={t('removeDocument', { name: removing?.name ?? '' })}
        danger
        okText={c('remove')}
        onClose={() => setRemoving(undefined)}
        onConfirm={async () => {
          if (removing) await api.delete(`${path}/${removing.id}`);
          onChanged();
        }}
      />
    </Panel>
  );
}
