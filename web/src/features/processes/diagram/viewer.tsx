/** A drawing to look at, with elements marked. */
import { Button, Skeleton } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { words } from '../messages';
import { fit, follow, loadViewer } from './load';
import type { Diagram } from './model';

export type Mark = 'been' | 'is' | 'stuck' | 'added' | 'removed' | 'changed';

export default function Viewer({
  xml,
  marks,
  label,
  height = 320,
  focus,
  least = 0,
  onReady,
}: {
  xml: string;
  marks?: readonly (readonly [string, Mark])[] | undefined;
  label: string;
  height?: number | string;
  /** An element to bring into sight. */
  focus?: string | undefined;
  /** The smallest zoom to begin with; larger drawings are moved about. */
  least?: number;
  onReady?: (diagram: Diagram) => void;
}) {
  const t = useMessages(words);
  const place = useRef<HTMLDivElement>(null);
  const [diagram, setDiagram] = useState<Diagram>();
  const [error, setError] = useState<unknown>();
  const ready = useEffectEvent((made: Diagram) => onReady?.(made));
  useEffect(() => {
    let gone = false;
    let made: Diagram | undefined;
    let unfollow: (() => void) | undefined;
    const show = async () => {
      if (!place.current) return;
      made = await loadViewer({ container: place.current });
      if (gone) return made.destroy();
      await made.importXML(xml);
      if (gone || !place.current) return;
      fit(made, least);
      unfollow = follow(made, place.current, least);
      setError(undefined);
      setDiagram(made);
      ready(made);
    };
    show().catch((caught: unknown) => setError(caught));
    return () => {
      gone = true;
      setDiagram(undefined);
      unfollow?.();
      made?.destroy();
    };
  }, [xml, least]);
  useEffect(() => {
    if (!diagram || !marks) return undefined;
    const [canvas, registry] = [diagram.get('canvas'), diagram.get('elementRegistry')];
    const known = marks.filter(([id]) => registry.get(id));
    for (const [id, mark] of known) canvas.addMarker(id, `mark-${mark}`);
    return () => {
      for (const [id, mark] of known) if (registry.get(id)) canvas.removeMarker(id, `mark-${mark}`);
    };
  }, [diagram, marks]);
  useEffect(() => {
    if (diagram && focus && diagram.get('elementRegistry').get(focus)) {
      diagram.get('canvas').scrollToElement(focus, 60);
    }
  }, [diagram, focus]);
  return (
    <div style={{ position: 'relative', height }}>
      {error !== undefined && <ErrorState error={error} />}
      {!diagram && error === undefined && <Skeleton active />}
      <div ref={place} className="diagram" role="group" aria-label={label} style={{ height: '100%' }} />
      {diagram && (
        <Button size="small" style={{ position: 'absolute', left: 8, bottom: 8 }} onClick={() => fit(diagram)}>
          {t('fit')}
        </Button>
      )}
    </div>
  );
}
