import { useQuery } from '@tanstack/react-query';
import { Alert, App, Button, Modal, Radio, Skeleton } from 'antd';
import { useState } from 'react';
import { api, newKey } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { ValueText } from '@/shared/history/value_text';
import { useMessages } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { useAttempt } from '@/shared/ui/use_attempt';
import type { CustomerMerge, MergePreview } from './file';
import { customers } from './messages';
import type { Customer } from './model';
import { useFieldName, useMoveName } from './merge_words';

type Side = Pick<Customer, 'id' | 'name' | 'version'>;

function FieldValue({ field, value }: { field: string; value: unknown }) {
  if (field === 'parent_id' && typeof value === 'string') return <RefText of="customer" id={value} plain />;
  return <ValueText object="customer" field={field.replace(/^ext\./, '')} value={value} />;
}

/** Shows what a merge would do, lets people choose what stays, and does it. */
export default function MergeDialog({
  first,
  second,
  onClose,
  onMerged,
}: {
  /** The one that stays, unless people swap them. */
  first: Side;
  second: Side;
  onClose: () => void;
  onMerged: (merge: CustomerMerge) => void;
}) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const { message } = App.useApp();
  const moveName = useMoveName();
  const fieldName = useFieldName();
  const [swapped, setSwapped] = useState(false);
  const [take, setTake] = useState<readonly string[]>([]);
  const { busy, error, attempt } = useAttempt();
  const [key] = useState(newKey);
  const [into, from] = swapped ? [second, first] : [first, second];
  const preview = useQuery({
    queryKey: ['customer', 'merge_preview', into.id, from.id],
    queryFn: () => api.post<MergePreview>(`/api/v1/customers/${into.id}/merge/preview`, { from: from.id }),
    staleTime: 0,
    gcTime: 0,
  });
  const merge = async () => {
    await attempt(async () => {
      const done = await api.post<CustomerMerge>(
        `/api/v1/customers/${into.id}/merge`,
        { from: from.id, take },
        { version: into.version, key: `${key}${swapped ? 'b' : 'a'}` },
      );
      await queryClient.invalidateQueries({ queryKey: ['customer'] });
      void message.success(t('mergeRunning'));
      onMerged(done);
    });
  };
  const moves = Object.entries(preview.data?.moves ?? {}).filter(([, n]) => n > 0);
  const fields = preview.data?.fields ?? [];
  return (
    <Modal
      open
      title={t('mergeTitle')}
      width={640}
      okText={t('mergeDo')}
      cancelText={c('cancel')}
      okButtonProps={{ loading: busy, disabled: !preview.data }}
      onOk={() => void merge()}
      onCancel={onClose}
    >
      <div className="stack">
        <Alert type="info" showIcon title={t('mergeWhat', { from: from.name, into: into.name })} />
        <div>
          <Button
            size="small"
            onClick={() => {
              setSwapped(!swapped);
              setTake([]);
            }}
          >
            {t('mergeSwap', { name: from.name })}
          </Button>
        </div>
        {error !== undefined && <ErrorState error={error} />}
        {preview.isPending && <Skeleton active />}
        {preview.isError && <ErrorState error={preview.error} onRetry={() => void preview.refetch()} />}
        {preview.data && (
          <section>
            <h3 style={{ fontSize: 14 }}>{t('mergeMoves')}</h3>
            {moves.length === 0 ? (
              <p className="muted">{t('mergeNothing')}</p>
            ) : (
              <p>{moves.map(([name, n]) => `${moveName(name)} ${n}`).join(t('and'))}</p>
            )}
          </section>
        )}
        {fields.length > 0 && (
          <section className="stack">
            <h3 style={{ fontSize: 14 }}>{t('mergeFields')}</h3>
            {fields.map((row) => (
              <div key={row.field}>
                <div className="muted" id={`merge-${row.field}`}>
                  {fieldName(row.field)}
                </div>
                <Radio.Group
                  aria-labelledby={`merge-${row.field}`}
                  value={take.includes(row.field) ? 'from' : 'keep'}
                  onChange={(event) =>
                    setTake((old) =>
                      event.target.value === 'from' ? [...old, row.field] : old.filter((field) => field !== row.field),
                    )
                  }
                >
                  <Radio value="keep">
                    <FieldValue field={row.field} value={row.keep} />
                  </Radio>
                  <Radio value="from">
                    <FieldValue field={row.field} value={row.from} />
                  </Radio>
                </Radio.Group>
              </div>
            ))}
          </section>
        )}
      </div>
    </Modal>
  );
}
