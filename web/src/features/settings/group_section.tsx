import { App, Button } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { Stored } from '@/shared/api/types';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { ListPage, type ListColumn } from '@/shared/ui/list_page';
import { common } from '@/shared/ui/messages';
import { settings } from './messages';

interface Group extends Stored {
  name: string;
}

/** Teams and regions: a short list that is added to, changed and given up. */
export function GroupSection<T extends Group>({
  title,
  object,
  path,
  fields,
  columns,
  createLabel,
  emptyTitle,
  emptyHint,
}: {
  title: string;
  object: string;
  path: string;
  fields: readonly FieldSpec[];
  columns: readonly ListColumn<T>[];
  createLabel: string;
  emptyTitle: string;
  emptyHint: string;
}) {
  const t = useMessages(settings);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [form, setForm] = useState<{ open: boolean; row?: T }>({ open: false });
  const [leaving, setLeaving] = useState<T>();
  const refresh = () => queryClient.invalidateQueries({ queryKey: [object] });
  return (
    <>
      <ListPage<T>
        title={title}
        object={object}
        path={path}
        plain
        query={{ limit: 200 }}
        emptyTitle={emptyTitle}
        emptyHint={emptyHint}
        create={{ label: createLabel, permission: 'teams.manage', onClick: () => setForm({ open: true }) }}
        columns={[
          ...columns,
          {
            key: 'actions',
            title: { zh: '操作', en: 'Actions' },
            width: 170,
            render: (row) => (
              <span className="row">
                <Button size="small" onClick={() => setForm({ open: true, row })}>
                  {c('edit')}
                </Button>
                <Button size="small" danger onClick={() => setLeaving(row)}>
                  {t('archiveTeam')}
                </Button>
              </span>
            ),
          },
        ]}
      />
      <FormDrawer<T>
        open={form.open}
        title={form.row?.name ?? createLabel}
        fields={fields}
        path={form.row ? `${path}/${form.row.id}` : path}
        record={form.row as never}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        onSaved={() => void refresh()}
      />
      <ConfirmAction
        open={leaving !== undefined}
        title={`${t('archiveTeam')} ${leaving?.name ?? ''}`}
        text={t('archiveTeamText')}
        danger
        onClose={() => setLeaving(undefined)}
        onConfirm={async () => {
          if (leaving) await api.delete(`${path}/${leaving.id}`, { version: leaving.version });
          void message.success(c('done'));
          await refresh();
        }}
      />
    </>
  );
}
