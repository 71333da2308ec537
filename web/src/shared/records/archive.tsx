import { App, Button } from 'antd';
import { api } from '../api/api';
import { problemText } from '../api/problem';
import { queryClient } from '../api/query_client';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';

export interface Archivable {
  id: string;
  version: number;
  archived_at?: string | null;
}

/** Puts a record away or takes it back; the other one is the undo. */
export function ArchiveButton({
  object,
  path,
  record,
  size,
}: {
  object: string;
  path: string;
  record: Archivable;
  size?: 'small';
}) {
  const t = useMessages(common);
  const { message } = App.useApp();
  const archived = Boolean(record.archived_at);
  const run = async () => {
    try {
      await api.post(`${path}/${record.id}/${archived ? 'restore' : 'archive'}`, undefined, {
        version: record.version,
      });
      await queryClient.invalidateQueries({ queryKey: [object] });
      void message.success(t('done'));
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  return (
    <Button {...(size ? { size } : {})} onClick={() => void run()}>
      {t(archived ? 'restore' : 'archive')}
    </Button>
  );
}
