/** Two versions side by side, with what was added, removed and changed coloured on both, and as a list. */
import { useQuery } from '@tanstack/react-query';
import { Modal, Select, Skeleton } from 'antd';
import { lazy, Suspense, useMemo, useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { ToneTag } from '@/shared/ui/texts';
import { versionQuery, type Process } from './catalogue';
import { differences } from './diagram/differences';
import type { Diagram } from './diagram/model';
import type { Mark } from './diagram/viewer';
import { words } from './messages';

const Viewer = lazy(() => import('./diagram/viewer'));

/** The draft goes as version nought. */
const DRAFT = 0;
const TONES = { added: 'resolved', removed: 'danger', changed: 'waiting' } as const;

function useDrawingOf(process: Process, number: number) {
  const published = useQuery({ ...versionQuery(process.id, number), enabled: number !== DRAFT });
  return number === DRAFT ? { xml: process.draft, error: null } : { xml: published.data, error: published.error };
}

export default function CompareDialog({
  process,
  versions,
  first,
  onClose,
}: {
  process: Process;
  versions: readonly number[];
  first: number;
  onClose: () => void;
}) {
  const t = useMessages(words);
  const [left, setLeft] = useState(first);
  const [right, setRight] = useState(DRAFT);
  const before = useDrawingOf(process, left);
  const after = useDrawingOf(process, right);
  const [shown, setShown] = useState<{ before?: Diagram; after?: Diagram }>({});
  const [focus, setFocus] = useState<string>();
  const found = useMemo(
    () =>
      shown.before && shown.after
        ? differences(shown.before.getDefinitions(), shown.after.getDefinitions())
        : undefined,
    [shown],
  );
  const marks = useMemo(() => {
    const of = (left_out: string): (readonly [string, Mark])[] =>
      (found ?? []).filter((one) => one.change !== left_out).map((one) => [one.id, one.change]);
    return { before: of('added'), after: of('removed') };
  }, [found]);
  const options = [
    { value: DRAFT, label: t('draft') },
    ...versions.map((number) => ({ value: number, label: t('version', { n: number }) })),
  ];
  const side = (which: 'before' | 'after') => {
    const { xml, error } = which === 'before' ? before : after;
    const [value, set] = which === 'before' ? [left, setLeft] : [right, setRight];
    return (
      <div className="compare-side">
        <label className="row">
          {t(which)}
          <Select
            aria-label={t(which)}
            value={value}
            options={options}
            onChange={(next: number) => {
              setShown({});
              set(next);
            }}
            style={{ minWidth: 140 }}
          />
        </label>
        {error && <ErrorState error={error} />}
        {xml === undefined ? (
          <Skeleton active />
        ) : (
          <Viewer
            key={value}
            xml={xml}
            label={`${t(which)}: ${value === DRAFT ? t('draft') : t('version', { n: value })}`}
            marks={marks[which]}
            focus={focus}
            height="40vh"
            onReady={(diagram) => setShown((old) => ({ ...old, [which]: diagram }))}
          />
        )}
      </div>
    );
  };
  return (
    <Modal open width="94vw" title={t('compareTitle')} footer={null} onCancel={onClose} style={{ top: 24 }}>
      <Suspense fallback={<Skeleton active />}>
        <div className="compare-sides">
          {side('before')}
          {side('after')}
        </div>
      </Suspense>
      <section aria-label={t('compare')}>
        <p>
          <strong>{found && (found.length === 0 ? t('noDifferences') : t('differences', { n: found.length }))}</strong>
        </p>
        <ul className="plain-list compare-list">
          {found?.map((one) => (
            <li key={`${one.change} ${one.id}`}>
              <button type="button" className="link-button" onClick={() => setFocus(one.id)}>
                <ToneTag tone={TONES[one.change]}>{t(one.change)}</ToneTag> {one.name}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </Modal>
  );
}
