/** The one file that knows dnd-kit: areas, things to drag, rows to sort, places to drop. */
import {
  closestCenter,
  DndContext,
  DragOverlay,
  KeyboardSensor,
  PointerSensor,
  pointerWithin,
  useDraggable,
  useDroppable,
  useSensor,
  useSensors,
  type CollisionDetection,
  type DragEndEvent,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { HolderOutlined } from '@ant-design/icons';
import { useCallback, useMemo, useState, type CSSProperties, type HTMLAttributes, type ReactNode } from 'react';
import { defineMessages, useMessages } from '@/shared/i18n';
import './drag.css';

export const dragMessages = defineMessages(
  {
    handle: '拖动“{name}”',
    how: '按空格键拿起，用方向键移动，再按空格键放下，按 Esc 取消。',
    picked: '已拿起“{name}”。',
    over: '“{name}”移到“{place}”的位置。',
    nowhere: '“{name}”不在可以放下的位置。',
    dropped: '已放下“{name}”。',
    cancelled: '已取消移动“{name}”。',
  },
  {
    handle: 'Drag “{name}”',
    how: 'Press space to pick it up, move it with the arrow keys, drop it with space, cancel with escape.',
    picked: 'Picked up “{name}”.',
    over: '“{name}” is over “{place}”.',
    nowhere: '“{name}” is over no place to drop it.',
    dropped: 'Dropped “{name}”.',
    cancelled: 'Moving “{name}” was cancelled.',
  },
);

// The same objects at all times: with new ones dnd-kit would draw every row anew at each letter that is typed.
const POINTER = { activationConstraint: { distance: 6 } };
const KEYBOARD = { coordinateGetter: sortableKeyboardCoordinates };

/** By the pointer where there is one, else by what is closest, as when keys move it. */
const underPointer: CollisionDetection = (args) => {
  const fromList = args.active.data.current?.['sortable'] !== undefined;
  if (args.pointerCoordinates === null || fromList) return closestCenter(args);
  const within = pointerWithin(args);
  // The smallest place wins: a row lies inside its list.
  return within.toSorted((a, b) => area(args, a.id) - area(args, b.id));
};

function area(args: Parameters<CollisionDetection>[0], id: string | number): number {
  const rect = args.droppableRects.get(id);
  return rect ? rect.width * rect.height : Infinity;
}

/** Where things can be dragged. `nameOf` says what a thing is called, for screen readers and beside the pointer. */
export function DragArea({
  children,
  nameOf,
  onDrop,
  onOver,
}: {
  children: ReactNode;
  nameOf: (id: string) => string;
  onDrop: (what: string, where: string) => void;
  /** What is dragged and where it would fall now; nothing when it was let go. */
  onOver?: (drag: { what: string; where: string | undefined } | undefined) => void;
}) {
  const t = useMessages(dragMessages);
  const [active, setActive] = useState<string>();
  const sensors = useSensors(useSensor(PointerSensor, POINTER), useSensor(KeyboardSensor, KEYBOARD));
  const name = (id: string | number) => nameOf(String(id));
  const end = ({ active: what, over }: DragEndEvent) => {
    setActive(undefined);
    onOver?.(undefined);
    if (over && over.id !== what.id) onDrop(String(what.id), String(over.id));
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={underPointer}
      onDragStart={(event) => setActive(String(event.active.id))}
      onDragOver={({ active: what, over }) =>
        onOver?.({ what: String(what.id), where: over ? String(over.id) : undefined })
      }
      onDragEnd={end}
      onDragCancel={() => {
        setActive(undefined);
        onOver?.(undefined);
      }}
      accessibility={{
        screenReaderInstructions: { draggable: t('how') },
        announcements: {
          onDragStart: (event) => t('picked', { name: name(event.active.id) }),
          onDragOver: ({ active: what, over }) =>
            over ? t('over', { name: name(what.id), place: name(over.id) }) : t('nowhere', { name: name(what.id) }),
          onDragEnd: (event) => t('dropped', { name: name(event.active.id) }),
          onDragCancel: (event) => t('cancelled', { name: name(event.active.id) }),
        },
      }}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {active !== undefined && <div className="drag-ghost">{nameOf(active)}</div>}
      </DragOverlay>
    </DndContext>
  );
}

export function SortArea({ ids, children }: { ids: readonly string[]; children: ReactNode }) {
  const text = JSON.stringify(ids);
  const items = useMemo(() => JSON.parse(text) as string[], [text]);
  return (
    <SortableContext items={items} strategy={verticalListSortingStrategy}>
      {children}
    </SortableContext>
  );
}

/** A row that can be sorted: what its element gets, and its handle. */
export function useSortRow(id: string, name: string, disabled = false) {
  const t = useMessages(dragMessages);
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, transform, transition, isDragging } = useSortable({
    id,
    disabled,
  });
  const style: CSSProperties = {
    ...(transform ? { transform: `translate3d(0, ${transform.y}px, 0)` } : {}),
    ...(transition ? { transition } : {}),
    ...(isDragging ? { opacity: 0.35 } : {}),
  };
  const handle = disabled ? null : (
    <button
      type="button"
      className="drag-handle"
      ref={setActivatorNodeRef}
      {...attributes}
      {...listeners}
      aria-label={t('handle', { name })}
    >
      <HolderOutlined aria-hidden="true" />
    </button>
  );
  return { ref: setNodeRef, style, handle };
}

/** A thing to be dragged by its whole face with the pointer; keys have buttons of their own for it. */
export function useDragSource(id: string): {
  ref: (node: HTMLElement | null) => void;
  props: HTMLAttributes<HTMLElement>;
  dragging: boolean;
} {
  const { setNodeRef, listeners, isDragging } = useDraggable({ id });
  const { onKeyDown: _keys, ...pointer } = listeners ?? {};
  return { ref: setNodeRef, props: pointer as HTMLAttributes<HTMLElement>, dragging: isDragging };
}

export function useDropPlace(id: string, disabled = false): { ref: (node: HTMLElement | null) => void; over: boolean } {
  const { setNodeRef, isOver } = useDroppable({ id, disabled });
  return { ref: setNodeRef, over: isOver };
}

/** A thing to be dragged before which others can be dropped. */
export function useDragPlace(id: string) {
  const { ref: drag, props, dragging } = useDragSource(id);
  const { ref: drop } = useDropPlace(id);
  const ref = useCallback(
    (node: HTMLElement | null) => {
      drag(node);
      drop(node);
    },
    [drag, drop],
  );
  return { ref, props, dragging };
}
