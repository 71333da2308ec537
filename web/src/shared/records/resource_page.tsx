import { useNavigate, useSearch } from '@tanstack/react-router';
import { Drawer, Button } from 'antd';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { queryClient } from '../api/query_client';
import { FormDrawer, type FormDrawerProps } from '../fields/form_drawer';
import type { FieldSpec, Values } from '../fields/spec';
import { Timeline } from '../history/timeline';
import { useMessages } from '../i18n';
import { useCan } from '../session';
import { ActionButton } from '../ui/action_button';
import { ListPage, type ListPageProps } from '../ui/list_page';
import type { ListSearch } from '../ui/list_search';
import { common } from '../ui/messages';
import { ArchiveButton, type Archivable } from './archive';

// What draws own fields comes when there is a record to draw them of.
const OwnFacts = lazy(() => import('../own_fields/own_facts'));

export interface ResourcePageProps<T extends Archivable> extends Omit<ListPageProps<T>, 'create' | 'onOpen'> {
  fields: readonly FieldSpec[];
  createLabel: string;
  editLabel: (row: T) => string;
  permission: { create: string; update: string };
  /** Where a row leads; without it the row opens at the side with what is known and its history. */
  page?: (row: T) => string;
  details?: (row: T) => ReactNode;
  initial?: Values;
  shape?: FormDrawerProps<T>['shape'];
  formExtra?: (row: T | undefined) => ReactNode;
  /** Values of a record for the parts of the form that `formExtra` draws. */
  extraValues?: (row: T) => Values;
  timeline?: boolean;
  /** The object whose own fields stand in the form, and at the side of records without a page. */
  own?: string;
  method?: 'PATCH' | 'PUT';
  /** How wide the form is, in pixels. */
  formWidth?: number;
}

interface WithOwn {
  ext?: Readonly<Record<string, unknown>> | null;
}

/** List, side view, form, putting away: everything a plain kind of record needs. */
export function ResourcePage<T extends Archivable>(props: ResourcePageProps<T>) {
  const {
    fields,
    createLabel,
    editLabel,
    permission,
    page,
    details,
    initial,
    shape,
    formExtra,
    extraValues,
    timeline = true,
    own,
    formWidth,
    ...list
  } = props;
  const t = useMessages(common);
  const can = useCan();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as ListSearch;
  const [form, setForm] = useState<{ open: boolean; row?: T }>({ open: search.create === true });
  const [shown, setShown] = useState<T>();
  return (
    <>
      <ListPage<T>
        {...list}
        create={{ label: createLabel, permission: permission.create, onClick: () => setForm({ open: true }) }}
        onOpen={(row) => (page ? void navigate({ to: page(row) }) : setShown(row))}
      />
      {shown && (
        <Drawer
          open
          size={560}
          styles={{ wrapper: { maxWidth: '100vw' } }}
          title={editLabel(shown)}
          onClose={() => setShown(undefined)}
          extra={
            <div className="row">
              {list.archive && can(permission.update) && (
                <ArchiveButton object={list.object} path={list.path} record={shown} size="small" />
              )}
              <ActionButton
                type="primary"
                size="small"
                blocked={can(permission.update) ? undefined : t('noPermission')}
                onClick={() => {
                  setForm({ open: true, row: shown });
                  setShown(undefined);
                }}
              >
                {t('edit')}
              </ActionButton>
            </div>
          }
        >
          <div className="stack">
            {details?.(shown)}
            {own !== undefined && (
              <Suspense fallback={null}>
                <OwnFacts object={own} id={shown.id} values={(shown as WithOwn).ext} />
              </Suspense>
            )}
            {timeline && (
              <section>
                <h2 style={{ fontSize: 15, margin: '8px 0' }}>{t('timeline')}</h2>
                <Timeline object={list.object} path={`${list.path}/${shown.id}/timeline`} />
              </section>
            )}
            <Button onClick={() => setShown(undefined)}>{t('close')}</Button>
          </div>
        </Drawer>
      )}
      <FormDrawer<T>
        open={form.open}
        onClose={() => setForm((old) => ({ ...old, open: false }))}
        title={form.row ? editLabel(form.row) : createLabel}
        fields={fields}
        path={form.row ? `${list.path}/${form.row.id}` : list.path}
        record={form.row as never}
        {...(form.row && props.method ? { method: props.method } : {})}
        {...(form.row && extraValues ? { initial: extraValues(form.row) } : initial ? { initial } : {})}
        {...(shape ? { shape } : {})}
        {...(own === undefined ? {} : { own })}
        {...(formWidth === undefined ? {} : { width: formWidth })}
        onSaved={(saved) => {
          void queryClient.invalidateQueries({ queryKey: [list.object] });
          if (!form.row && page && saved) void navigate({ to: page(saved) });
        }}
      >
        {formExtra?.(form.row)}
      </FormDrawer>
    </>
  );
}
