/** Changing the type of a field that records hold values of: what would become of them, and then the change itself. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Alert, App, Button, Modal, Select } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Field, FieldKind } from '@/shared/form_types';
import { KIND_NAMES } from '@/shared/form_view/kinds';
import type { KindName } from '@/shared/form_view/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { fieldsQuery, type FieldsView } from '@/shared/objects/queries';
import { relationFor, relationOf } from '@/shared/records/relations';
import { common } from '@/shared/ui/messages';
import { ErrorState } from '@/shared/ui/error_state';
import { Facts } from '@/shared/ui/texts';
import { useAttempt } from '@/shared/ui/use_attempt';
import { sameText } from '../design';
import { objectPath } from '../objects';
import { fieldDefects } from './defects';
import { KindSettings } from './kind_settings';
import { KINDS } from './kinds';
import { words } from './messages';
import { Prop } from './prop';
import { useScope } from './scope';

interface Outcome {
  total: number;
  whole: number;
  shortened: number;
  empty: number;
  refused: number;
  default_lost: boolean;
  failed: { record_id: string; value: unknown; reason: string }[];
}

type Reason = 'reasonUnrelated' | 'reasonMany' | 'reasonForm';

/** The server's reasons are English sentences; these are the two that are not about form or limits. */
function reasonOf(text: string): Reason {
  if (text.startsWith('Values of these two kinds')) return 'reasonUnrelated';
  return text.startsWith('There are ') ? 'reasonMany' : 'reasonForm';
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(valueText).join('、') : JSON.stringify(value);
}

/** Why a conversion is refused: what is in its way may stand at other fields, whose names are said. */
function Refused({ error, fields }: { error: unknown; fields: readonly Field[] }) {
  const locale = useLocale();
  const refused = error instanceof ApiError ? error.errors.filter((one) => one.pointer.startsWith('/catalogue/')) : [];
  if (refused.length === 0) return <ErrorState error={error} />;
  const mine = refused.map((one) => ({ ...one, pointer: one.pointer.replace(/^\/catalogue/, '') }));
  const found = fieldDefects(
    mine,
    fields.map((one) => one.id),
    { object: '', fields: [...fields] },
    (label) => labelText(label, locale),
  );
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={found.map((one) => {
        const field = fields.find((other) => other.id === one.key);
        return (
          <div key={`${one.key ?? ''}${one.at}${one.text}`}>
            {field && <strong>{labelText(field.label, locale)}</strong>} {one.text}
          </div>
        );
      })}
    />
  );
}

export default function ConvertDialog({
  field,
  siblings,
  version,
  onClose,
  onConverted,
}: {
  field: Field;
  siblings: readonly Field[];
  version: number;
  onClose: () => void;
  onConverted: (view: FieldsView) => void;
}) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const { message } = App.useApp();
  const { object, currency, catalogue } = useScope();
  const [kind, setKind] = useState<FieldKind>(field.kind);
  const [asked, setAsked] = useState<FieldKind>();
  const { busy, error, attempt } = useAttempt();
  const path = `${objectPath(object.key, '/fields')}/${encodeURIComponent(field.id)}/convert`;
  const preview = useQuery({
    queryKey: ['convert', object.key, field.id, version, sameText(asked)],
    queryFn: ({ signal }) => api.post<Outcome>(path, { kind: asked, dry_run: true }, { signal }),
    enabled: asked !== undefined,
    retry: false,
    staleTime: 0,
    gcTime: 0,
  });
  const outcome = asked !== undefined && sameText(asked) === sameText(kind) ? preview.data : undefined;
  const same = sameText(kind) === sameText(field.kind);
  const convert = async () => {
    await attempt(async () => {
      await api.post(path, { kind, dry_run: false, drop_failed: (outcome?.refused ?? 0) > 0 }, { version });
      onConverted(await queryClient.fetchQuery({ ...fieldsQuery(object.key), staleTime: 0 }));
      void message.success(t('converted'));
      onClose();
    });
  };
  const page = relationOf(relationFor(object.key)).page;
  const changeKind = (name: KindName) => {
    const made = KINDS[name].make(currency);
    setKind('options' in field.kind && 'options' in made ? { ...made, options: field.kind.options ?? [] } : made);
  };
  return (
    <Modal
      open
      width={640}
      title={t('convertTitle', { name: labelText(field.label, locale) })}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{c('cancel')}</Button>
          {outcome ? (
            <Button type="primary" danger={outcome.refused > 0} loading={busy} onClick={() => void convert()}>
              {outcome.refused > 0 ? t('convertDrop', { n: outcome.refused }) : t('convertNow')}
            </Button>
          ) : (
            <Button type="primary" disabled={same} loading={preview.isFetching} onClick={() => setAsked(kind)}>
              {t('convertPreview')}
            </Button>
          )}
        </>
      }
    >
      <div className="stack field-panel">
        <p className="muted">{t('convertHint')}</p>
        {error !== undefined && <Refused error={error} fields={catalogue.fields} />}
        {asked !== undefined && preview.isError && !preview.isFetching && (
          <Refused error={preview.error} fields={catalogue.fields} />
        )}
        <Prop label={t('convertTo')}>
          {(control) => (
            <Select
              {...control}
              value={kind.type}
              showSearch={{ optionFilterProp: 'label' }}
              options={(Object.keys(KINDS) as KindName[]).map((one) => ({
                value: one,
                label: labelText(KIND_NAMES[one], locale),
              }))}
              onChange={changeKind}
            />
          )}
        </Prop>
        {!same && (
          <KindSettings
            field={{ ...field, kind }}
            level="field"
            siblings={siblings}
            stored={undefined}
            onChange={(next) => setKind(next)}
          />
        )}
        {outcome?.default_lost === true && <Alert type="warning" showIcon title={t('defaultLost')} />}
        {outcome?.total === 0 && <Alert type="success" showIcon title={t('noValues')} />}
        {outcome && outcome.total > 0 && (
          <section aria-live="polite" className="stack">
            <Facts
              items={[
                [t('total'), outcome.total],
                [t('whole'), outcome.whole],
                [t('shortened'), outcome.shortened],
                [t('emptyAfter'), outcome.empty],
                [t('refused'), outcome.refused],
              ]}
            />
            {outcome.failed.length > 0 && (
              <div className="table-scroll" style={{ maxHeight: 260, overflowY: 'auto' }}>
                <table className="list-table" aria-label={t('failedValues')}>
                  <thead>
                    <tr>
                      <th scope="col">{t('value')}</th>
                      <th scope="col">{t('why')}</th>
                      <th scope="col">{t('record')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {outcome.failed.map((one) => (
                      <tr key={one.record_id}>
                        <td>{valueText(one.value)}</td>
                        <td>{t(reasonOf(one.reason))}</td>
                        <td>
                          {page && (
                            <Link to={page(one.record_id)} target="_blank">
                              {t('openRecord')}
                            </Link>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
            {outcome.refused > outcome.failed.length && (
              <p className="muted">{t('moreFailed', { n: outcome.refused - outcome.failed.length })}</p>
            )}
          </section>
        )}
      </div>
    </Modal>
  );
}
