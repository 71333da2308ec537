/** What becomes of a form: earlier or later in the order, put away, taken back, deleted. */
import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { App, Button, Tooltip } from 'antd';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { formQuery, formsQuery, type FormInfo, type FormView as StoredForm } from '@/shared/objects/queries';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { objectPath } from '../objects';
import { words } from './messages';

/** The ids with one moved by so many places; undefined where there is no such place. */
export function movedBy(ids: readonly string[], id: string, by: number): string[] | undefined {
  const from = ids.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= ids.length) return undefined;
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}

export function FormActions({
  object,
  forms,
  stored,
  onGone,
}: {
  object: string;
  forms: readonly FormInfo[];
  stored: StoredForm;
  onGone: () => void;
}) {
  const t = useMessages(words);
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const ids = forms.map((form) => form.id);
  const path = url('/api/v1/forms/{id}', { id: stored.id });
  const change = async (work: () => Promise<unknown>) => {
    await work();
    await queryClient.invalidateQueries({ queryKey: formsQuery(object).queryKey });
    await queryClient.invalidateQueries({ queryKey: formQuery(stored.id).queryKey });
  };
  const run = async (work: () => Promise<unknown>, said: string) => {
    setBusy(true);
    try {
      await change(work);
      void message.success(said);
    } catch (error) {
      void message.error(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  const away = Boolean(stored.archived_at);
  const published = Boolean(stored.published_version);
  const move = (by: number, word: 'earlier' | 'later', icon: React.ReactNode) => {
    const order = movedBy(ids, stored.id, by);
    return (
      <Tooltip title={t(word)}>
        <Button
          icon={icon}
          aria-label={t(word)}
          disabled={order === undefined || busy}
          onClick={() => void run(() => api.put(objectPath(object, '/forms/order'), { forms: order }), t('ordered'))}
        />
      </Tooltip>
    );
  };
  return (
    <>
      {forms.length > 1 && (
        <>
          {move(-1, 'earlier', <UpOutlined />)}
          {move(1, 'later', <DownOutlined />)}
        </>
      )}
      {away ? (
        <Button
          loading={busy}
          onClick={() =>
            void run(() => api.post(`${path}/restore`, undefined, { version: stored.version }), t('restored'))
          }
        >
          {t('restore')}
        </Button>
      ) : published ? (
        <Button loading={busy} onClick={() => setAsked(true)}>
          {t('archive')}
        </Button>
      ) : (
        <Button danger loading={busy} onClick={() => setAsked(true)}>
          {t('delete')}
        </Button>
      )}
      {published ? (
        <ConfirmAction
          open={asked}
          title={t('archiveTitle')}
          text={t('archiveText')}
          okText={t('archive')}
          onConfirm={() => change(() => api.post(`${path}/archive`, undefined, { version: stored.version }))}
          onClose={() => setAsked(false)}
        />
      ) : (
        <ConfirmAction
          open={asked}
          danger
          title={t('deleteTitle')}
          text={t('deleteText')}
          okText={t('delete')}
          onConfirm={() =>
            change(async () => {
              await api.delete(path, { version: stored.version });
              onGone();
            })
          }
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
