/** Publishes the draft, with a note for those who look later. */
import { Input, Modal } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { useAttempt } from '@/shared/ui/use_attempt';
import type { Process } from './catalogue';
import { words } from './messages';
import { Prop } from './properties/prop';

export default function PublishDialog({
  process,
  version,
  onClose,
  onPublished,
}: {
  process: Process;
  version: number;
  onClose: () => void;
  onPublished: (made: Process) => void;
}) {
  const t = useMessages(words);
  const { busy, error, attempt } = useAttempt();
  const [note, setNote] = useState('');
  const publish = () =>
    attempt(async () => {
      const path = url('/api/v1/processes/{id}/publish', { id: process.id });
      await api.post(path, { note: note.trim() || null }, { version });
      onPublished(await api.get<Process>(url('/api/v1/processes/{id}', { id: process.id })));
    });
  return (
    <Modal
      open
      title={t('publishTitle')}
      okText={t('publish')}
      okButtonProps={{ loading: busy }}
      onOk={() => void publish()}
      onCancel={onClose}
    >
      <div className="stack">
        <p className="muted">{t('publishHint')}</p>
        {error !== undefined && <ErrorState error={error} />}
        <Prop label={t('note')}>
          {(id) => (
            <Input.TextArea
              id={id}
              rows={3}
              maxLength={500}
              placeholder={t('noteHint')}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Prop>
      </div>
    </Modal>
  );
}
