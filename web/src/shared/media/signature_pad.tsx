/** A place to sign with a finger, a pen or a mouse. */
import { Button } from 'antd';
import { useCallback, useEffect, useImperativeHandle, useRef, useState, type PointerEvent, type Ref } from 'react';
import { defineMessages, useMessages } from '../i18n';
import { canvasBlob } from './picture';

const messages = defineMessages(
  { pad: '签名区，请用手指、触控笔或鼠标书写', hint: '请在此处签名', clear: '重签' },
  { pad: 'Signature area: write with a finger, a pen or a mouse', hint: 'Please sign here', clear: 'Clear' },
);

export interface SignaturePadHandle {
  /** The signature, dark on white. */
  toPng(): Promise<Blob>;
}

type Point = readonly [x: number, y: number];

const INK = '#12202e';

/** Strokes are kept relative to the pad, so that turning the phone doesn't lose them. */
function draw(canvas: HTMLCanvasElement, strokes: readonly Point[][]): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const { width, height } = canvas;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.strokeStyle = INK;
  context.fillStyle = INK;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = Math.max(2, height / 70);
  for (const stroke of strokes) {
    const [first, ...rest] = stroke;
    if (!first) continue;
    context.beginPath();
    if (rest.length === 0) {
      context.arc(first[0] * width, first[1] * height, context.lineWidth / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    context.moveTo(first[0] * width, first[1] * height);
    for (const [x, y] of rest) context.lineTo(x * width, y * height);
    context.stroke();
  }
}

const point = (event: PointerEvent<HTMLCanvasElement>): Point => {
  const box = event.currentTarget.getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
};

export function SignaturePad({
  onInk,
  ref,
}: {
  /** Whether there is anything on it. */
  onInk: (ink: boolean) => void;
  ref: Ref<SignaturePadHandle>;
}) {
  const t = useMessages(messages);
  const canvas = useRef<HTMLCanvasElement>(null);
  const strokes = useRef<Point[][]>([]);
  const drawing = useRef(false);
  const [ink, setInk] = useState(false);

  const paint = useCallback(() => {
    if (canvas.current) draw(canvas.current, strokes.current);
  }, []);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const fit = () => {
      const box = element.getBoundingClientRect();
      const ratio = Math.min(3, globalThis.devicePixelRatio || 1);
      element.width = Math.max(1, Math.round(box.width * ratio));
      element.height = Math.max(1, Math.round(box.height * ratio));
      paint();
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [paint]);

  useImperativeHandle(
    ref,
    () => ({
      toPng: () => {
        if (!canvas.current) return Promise.reject(new Error('the pad is gone'));
        return canvasBlob(canvas.current, 'image/png');
      },
    }),
    [],
  );

  const mark = (next: boolean) => {
    setInk(next);
    onInk(next);
  };
  const begin = (event: PointerEvent<HTMLCanvasElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    drawing.current = true;
    strokes.current.push([point(event)]);
    paint();
    if (!ink) mark(true);
  };
  const go = (event: PointerEvent<HTMLCanvasElement>) => {
    if (!drawing.current) return;
    strokes.current.at(-1)?.push(point(event));
    paint();
  };
  const end = () => {
    drawing.current = false;
  };
  const clear = () => {
    strokes.current = [];
    paint();
    mark(false);
  };

  return (
    <div style={{ position: 'relative' }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={t('pad')}
        onPointerDown={begin}
        onPointerMove={go}
        onPointerUp={end}
        onPointerCancel={end}
        style={{
          display: 'block',
          width: '100%',
          height: 200,
          touchAction: 'none',
          background: '#fff',
          border: '1.5px dashed #66727f',
          borderRadius: 10,
          cursor: 'crosshair',
        }}
      />
      {!ink && (
        <span
          aria-hidden="true"
          style={{
            position: 'absolute',
            inset: 0,
            display: 'grid',
            placeItems: 'center',
            color: '#5b6673',
            pointerEvents: 'none',
          }}
        >
          {t('hint')}
        </span>
      )}
      {ink && (
        <Button size="middle" onClick={clear} style={{ position: 'absolute', right: 8, top: 8, minHeight: 44 }}>
          {t('clear')}
        </Button>
      )}
    </div>
  );
}
