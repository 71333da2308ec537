/** The drawing of a running process, with where it is and has been. */
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { lazy, Suspense, useMemo } from 'react';
import { useLocale, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { named, processQuery, versionQuery, type InstanceDetail } from './catalogue';
import type { Mark } from './diagram/viewer';
import { runWords } from './run_messages';

const Viewer = lazy(() => import('./diagram/viewer'));

export default function InstanceDiagram({ instance, height }: { instance: InstanceDetail; height?: number }) {
  const t = useMessages(runWords);
  const locale = useLocale();
  const process = useQuery({ ...processQuery(instance.definition_id), staleTime: 300_000 });
  const drawing = useQuery(versionQuery(instance.definition_id, instance.number));
  const marks = useMemo(() => {
    const at = new Map<string, Mark>(instance.visited.map((one) => [one.node, 'been']));
    for (const one of instance.active) at.set(one.node, one.incident ? 'stuck' : 'is');
    return [...at];
  }, [instance.active, instance.visited]);
  if (drawing.isError) return <ErrorState error={drawing.error} onRetry={() => void drawing.refetch()} />;
  if (!drawing.data) return <Skeleton active />;
  const name = process.data ? named(process.data, locale) : '';
  return (
    <Suspense fallback={<Skeleton active />}>
      <Viewer
        xml={drawing.data}
        marks={marks}
        label={t('diagramOf', { name })}
        height={height ?? 320}
        least={0.6}
        focus={instance.active[0]?.node}
      />
    </Suspense>
  );
}
