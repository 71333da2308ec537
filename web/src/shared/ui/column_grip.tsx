import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useMessages } from '../i18n';
import { fitting, NARROWEST, WIDEST } from './column_choice';
import './column_grip.css';
import { common } from './messages';

const STEP = 10;
const LONG_STEP = 50;

/** The edge of a column's heading: pulled, or moved with the arrow keys, it sets how wide the column is. */
export function ColumnGrip({
  title,
  onPull,
  onWidth,
}: {
  title: string;
  /** The width while the edge is pulled; undefined when nothing comes of it. */
  onPull: (width: number | undefined) => void;
  /** The width that was chosen; undefined for that which the column comes with. */
  onWidth: (width: number | undefined) => void;
}) {
  const t = useMessages(common);
  const grip = useRef<HTMLDivElement>(null);
  const start = useRef<{ x: number; width: number }>(undefined);
  const measure = () => grip.current?.parentElement?.offsetWidth ?? NARROWEST;
  // Only the drawn table knows how wide a column is that nobody has set.
  useEffect(() => grip.current?.setAttribute('aria-valuenow', String(measure())));
  const pulled = (event: PointerEvent) =>
    start.current && fitting(start.current.width + event.clientX - start.current.x);
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.preventDefault();
    grip.current?.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, width: measure() };
  };
  const letGo = (event: PointerEvent) => {
    const chosen = pulled(event);
    const moved = start.current !== undefined && event.clientX !== start.current.x;
    start.current = undefined;
    if (moved && event.type === 'pointerup') onWidth(chosen);
    else onPull(undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onWidth(fitting(measure() + way * (event.shiftKey ? LONG_STEP : STEP)));
  };
  return (
    <div
      ref={grip}
      className="column-grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('columnWidth', { label: title })}
      aria-valuemin={NARROWEST}
      aria-valuemax={WIDEST}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onPointerMove={(event) => onPull(pulled(event))}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onKeyDown={onKeyDown}
      onDoubleClick={() => onWidth(undefined)}
    />
  );
}
