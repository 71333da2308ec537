/** The designer of one process: steps at the left, the drawing, properties at the right, what is wrong below. */
import {
  ArrowLeftOutlined,
  CompressOutlined,
  HistoryOutlined,
  RedoOutlined,
  UndoOutlined,
  ZoomInOutlined,
  ZoomOutOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Skeleton, Tooltip } from 'antd';
import { lazy, Suspense, useRef, useState, type ReactNode } from 'react';
import { useLocale, useMessages } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { ActionButton } from '@/shared/ui/action_button';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { ToneTag } from '@/shared/ui/texts';
import { named, processQuery, type Process } from './catalogue';
import { fit, type Diagram } from './diagram/load';
import './designer.css';
import { FindingList } from './findings';
import { words } from './messages';
import { Palette } from './palette';
import { Properties } from './properties/panel';
import { useDrawing, type Drawing } from './use_drawing';

const PublishDialog = lazy(() => import('./publish_dialog'));
const VersionsDrawer = lazy(() => import('./versions_drawer'));

function Tool({ label, icon, onClick, off }: { label: string; icon: ReactNode; onClick: () => void; off?: boolean }) {
  return (
    <Tooltip title={label}>
      <Button type="text" icon={icon} aria-label={label} onClick={onClick} disabled={off ?? false} />
    </Tooltip>
  );
}

function zoom(diagram: Diagram, by: number): void {
  const canvas = diagram.get('canvas');
  canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * by)), 'auto');
}

function Tools({ drawing }: { drawing: Drawing }) {
  const t = useMessages(words);
  const { diagram } = drawing;
  if (!diagram) return null;
  const stack = diagram.get('commandStack');
  return (
    <>
      <Tool label={t('undo')} icon={<UndoOutlined />} off={!stack.canUndo()} onClick={() => stack.undo()} />
      <Tool label={t('redo')} icon={<RedoOutlined />} off={!stack.canRedo()} onClick={() => stack.redo()} />
      <Tool label={t('zoomOut')} icon={<ZoomOutOutlined />} onClick={() => zoom(diagram, 1 / 1.2)} />
      <Tool label={t('zoomIn')} icon={<ZoomInOutlined />} onClick={() => zoom(diagram, 1.2)} />
      <Tool label={t('fit')} icon={<CompressOutlined />} onClick={() => fit(diagram)} />
    </>
  );
}

function Designer({ process, onReload }: { process: Process; onReload: () => void }) {
  const t = useMessages(words);
  const c = useMessages(common);
  const locale = useLocale();
  const can = useCan();
  const { message } = App.useApp();
  const [publishing, setPublishing] = useState(false);
  const [history, setHistory] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  const drawing = useDrawing(place, process, can('processes.design'));
  const { diagram, verdict, state } = drawing;
  const refusals = verdict?.refusals.length ?? 0;
  const name = named(process, locale);
  return (
    <div className="process-designer">
      <div className="process-head" role="toolbar" aria-label={name}>
        <Link to="/processes" search={{}} className="back-link" aria-label={t('processes')}>
          <ArrowLeftOutlined />
        </Link>
        <PageTitle name={name} />
        <ToneTag tone={process.published > 0 ? 'resolved' : 'waiting'}>
          {process.published > 0 ? t('publishedAs', { n: process.published }) : t('draftOnly')}
        </ToneTag>
        <span className="muted" aria-live="polite">
          {t(state)}
        </span>
        <span className="grow" />
        <Tools drawing={drawing} />
        <Button icon={<HistoryOutlined />} onClick={() => setHistory(true)}>
          {t('versions')}
        </Button>
        <ActionButton
          blocked={can('processes.design') ? undefined : c('noPermission')}
          loading={state === 'saving'}
          onClick={() => void drawing.save()}
        >
          {t('save')}
        </ActionButton>
        <ActionButton
          type="primary"
          blocked={
            !can('processes.publish')
              ? c('noPermission')
              : refusals > 0
                ? t('publishBlocked', { n: refusals })
                : undefined
          }
          onClick={async () => {
            if (await drawing.save()) setPublishing(true);
          }}
        >
          {t('publish')}
        </ActionButton>
      </div>
      {drawing.error !== undefined && <ErrorState error={drawing.error} />}
      {drawing.conflict && (
        <Alert
          type="warning"
          showIcon
          title={t('changedElsewhere')}
          action={
            <Button size="small" onClick={onReload}>
              {t('reload')}
            </Button>
          }
        />
      )}
      <div className="process-work">
        {diagram && can('processes.design') && (
          <Palette diagram={diagram} object={process.object} expert={drawing.expert} onExpert={drawing.setExpert} />
        )}
        <div className="process-canvas">
          <div
            ref={place}
            className={drawing.expert ? 'diagram expert' : 'diagram'}
            role="application"
            aria-label={name}
          />
          <FindingList verdict={verdict} diagram={diagram} onShow={drawing.show} />
        </div>
        {diagram && (
          <Properties diagram={diagram} element={drawing.selected} object={process.object} expert={drawing.expert} />
        )}
      </div>
      <Suspense fallback={null}>
        {publishing && (
          <PublishDialog
            process={process}
            version={drawing.version()}
            onClose={() => setPublishing(false)}
            onPublished={(made) => {
              setPublishing(false);
              drawing.took(made);
              void message.success(t('published', { n: made.published }));
            }}
          />
        )}
        {history && (
          <VersionsDrawer
            process={process}
            version={drawing.version()}
            onClose={() => setHistory(false)}
            onRolledBack={onReload}
          />
        )}
      </Suspense>
    </div>
  );
}

export default function DesignerPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const record = useQuery(processQuery(id));
  const [round, setRound] = useState(0);
  if (record.isPending) return <Skeleton active style={{ padding: 24 }} />;
  if (record.isError) return <ErrorState error={record.error} onRetry={() => void record.refetch()} />;
  const reload = async () => {
    await record.refetch();
    setRound(round + 1);
  };
  return <Designer key={`${id} ${round}`} process={record.data} onReload={() => void reload()} />;
}
