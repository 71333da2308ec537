/** The steps that people think in; a click puts one where the selection says, a drag where it is dropped. */
import {
  AuditOutlined,
  BellOutlined,
  BranchesOutlined,
  ClockCircleOutlined,
  PlayCircleOutlined,
  PlusSquareOutlined,
  StopOutlined,
  ThunderboltOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Switch } from 'antd';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { useLocale, useMessages } from '@/shared/i18n';
import { actionsQuery } from './catalogue';
import { insertStep, loose, placeOf, type StepKind, type StepNames } from './diagram/insert';
import { nameOf, type Diagram } from './diagram/model';
import { words } from './messages';

const ApprovalDialog = lazy(() => import('./approval_dialog'));

const STEPS: readonly (readonly [StepKind | 'approval', ReactNode])[] = [
  ['start', <PlayCircleOutlined key="i" />],
  ['human', <UserOutlined key="i" />],
  ['approval', <AuditOutlined key="i" />],
  ['automatic', <ThunderboltOutlined key="i" />],
  ['condition', <BranchesOutlined key="i" />],
  ['parallel', <PlusSquareOutlined key="i" />],
  ['wait', <ClockCircleOutlined key="i" />],
  ['notify', <BellOutlined key="i" />],
  ['end', <StopOutlined key="i" />],
];

export function useStepNames(): StepNames {
  const t = useMessages(words);
  return useMemo(
    () => ({
      start: t('kind_start'),
      human: t('kind_human'),
      approval: t('kind_approval'),
      automatic: t('kind_automatic'),
      condition: t('kind_condition'),
      parallel: t('kind_parallel'),
      wait: t('kind_wait'),
      notify: t('kind_notify'),
      end: t('kind_end'),
      whether: t('whether'),
      agreed: t('agreed'),
      refused: t('refused'),
      needed: t('needed'),
      needless: t('needless'),
      other: t('other'),
      when: t('when'),
    }),
    [t],
  );
}

/** Where the next step would go, in words. */
function placeName(diagram: Diagram): string | undefined {
  const place = placeOf(diagram);
  return place && nameOf(place.source, place.source.id);
}

export function Palette({
  diagram,
  object,
  expert,
  onExpert,
}: {
  diagram: Diagram;
  object: string | null;
  expert: boolean;
  onExpert: (on: boolean) => void;
}) {
  const t = useMessages(words);
  useLocale();
  const names = useStepNames();
  const actions = useQuery(actionsQuery);
  const [asking, setAsking] = useState(false);
  const notice = actions.data?.find(
    (one) => one.name.includes('notify') && (one.object === null || one.object === object),
  )?.name;
  const attributes = (kind: StepKind) =>
    kind === 'notify' && notice !== undefined ? { 'aftersail:action': notice } : {};
  const start = (event: Event, kind: StepKind) =>
    diagram.get('create').start(event, loose(diagram, kind, names, attributes(kind)));
  const where = placeName(diagram);
  return (
    <section className="process-palette" aria-label={t('palette')}>
      <h2>{t('palette')}</h2>
      <ul>
        {STEPS.map(([kind, icon]) => (
          <li key={kind}>
            <button
              type="button"
              className="palette-step"
              draggable={kind !== 'approval'}
              onDragStart={(event) => {
                event.preventDefault();
                if (kind !== 'approval') start(event.nativeEvent, kind);
              }}
              onClick={(event) => {
                if (kind === 'approval') return setAsking(true);
                if (!insertStep(diagram, kind, names, attributes(kind))) start(event.nativeEvent, kind);
              }}
            >
              {icon} {t(`kind_${kind}`)}
            </button>
          </li>
        ))}
      </ul>
      <p className="prop-help">{where === undefined ? t('placeNowhere') : t('place', { name: where })}</p>
      <p className="prop-help">{t('paletteHint')}</p>
      <label className="row" style={{ flexWrap: 'nowrap' }}>
        <Switch size="small" checked={expert} onChange={onExpert} />
        {t('allElements')}
      </label>
      {asking && (
        <Suspense fallback={null}>
          <ApprovalDialog diagram={diagram} object={object} where={where} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </section>
  );
}
