/** Picks a point on a plain map that needs no network: click, drag, keyboard, or begin from a region. */
import { AimOutlined, GlobalOutlined, MinusOutlined, PlusOutlined } from '@ant-design/icons';
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { RegionInput } from '../form_view/inputs/region';
import { regionText, useRegions } from '../form_view/regions';
import { useFormMessages } from '../form_view/scope';
import { niceLength } from '../ui/plot_map';
import { CITIES, cityOf, shortName } from './cities';
import './map_picker.css';
import { mapWords } from './messages';
import {
  HOME,
  metresPerUnit,
  pushed,
  roundedTo,
  toDrawing,
  toEarth,
  zoomed,
  type Point,
  type Size,
  type View,
} from './view';

interface MapPickerProps {
  id: string;
  label: string;
  point: Point | undefined;
  /** Where the map begins while nothing is picked, such as at the site that a device stands on. */
  near?: Point | undefined;
  disabled?: boolean;
  onPick: (point: Point) => void;
}

/** How near a point is looked at when the map opens, and a region that was found. */
const NEAR = 9;
const CITY = 8.5;
const HEIGHT = 300;

interface Grip {
  kind: 'marker' | 'map';
  x: number;
  y: number;
  moved: boolean;
}

function step(view: View, width: number): number {
  const rough = width / 2 ** view.zoom / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((unit) => unit * power).find((one) => one >= rough) ?? power * 10;
}

function between(from: number, to: number, by: number): number[] {
  const first = Math.ceil(from / by);
  return Array.from({ length: Math.max(0, Math.min(20, Math.floor(to / by) - first + 1)) }, (_, at) =>
    Number(((first + at) * by).toFixed(6)),
  );
}

function Graticule({ view, size }: { view: View; size: Size }) {
  const from = toEarth({ x: 0, y: size.height }, view, size);
  const to = toEarth({ x: size.width, y: 0 }, view, size);
  const by = step(view, size.width);
  return (
    <g className="map-lines" aria-hidden="true">
      {between(from.lng, to.lng, by).map((lng) => {
        const { x } = toDrawing({ lat: view.lat, lng }, view, size);
        return (
          <g key={lng}>
            <line x1={x} x2={x} y1={0} y2={size.height} />
            <text x={x + 3} y={11}>{`${Math.abs(lng)}°${lng < 0 ? 'W' : 'E'}`}</text>
          </g>
        );
      })}
      {between(from.lat, to.lat, by).map((lat) => {
        const { y } = toDrawing({ lat, lng: view.lng }, view, size);
        return (
          <g key={lat}>
            <line x1={0} x2={size.width} y1={y} y2={y} />
            <text x={3} y={y - 3}>{`${Math.abs(lat)}°${lat < 0 ? 'S' : 'N'}`}</text>
          </g>
        );
      })}
    </g>
  );
}

/** Cities of which there is room for the name, the larger ones first. */
function Cities({ view, size }: { view: View; size: Size }) {
  const regions = useRegions();
  const rank = view.zoom < 5 ? 2 : 3;
  const taken: { x: number; y: number; wide: number }[] = [];
  const shown = CITIES.filter((city) => city.rank <= rank)
    .toSorted((a, b) => a.rank - b.rank)
    .flatMap((city) => {
      const { x, y } = toDrawing(city, view, size);
      const name = shortName(regions?.names.get(city.code) ?? '');
      const wide = 10 + name.length * 12;
      if (x < 0 || y < 0 || x > size.width || y > size.height) return [];
      if (taken.some((one) => Math.abs(one.y - y) < 14 && x < one.x + one.wide && one.x < x + wide)) return [];
      taken.push({ x, y, wide });
      return [{ code: city.code, name, x, y }];
    });
  return (
    <g className="map-cities" aria-hidden="true">
      {shown.map(({ code, name, x, y }) => (
        <g key={code} transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
          <circle r="2.5" />
          <text x="5" y="4">
            {name}
          </text>
        </g>
      ))}
    </g>
  );
}

function Scale({ view, size }: { view: View; size: Size }) {
  const t = useFormMessages(mapWords);
  const each = metresPerUnit(view);
  const metres = niceLength(110 * each);
  return (
    <g className="map-scale" transform={`translate(10 ${size.height - 12})`} aria-hidden="true">
      <path d={`M0 -4v4h${(metres / each).toFixed(1)}v-4`} />
      <text x={metres / each + 6} y="1">
        {metres < 1000 ? t('metres', { n: metres }) : t('km', { n: metres / 1000 })}
      </text>
    </g>
  );
}

export default function MapPicker({ id, label, point, near, disabled = false, onPick }: MapPickerProps) {
  const t = useFormMessages(mapWords);
  const regions = useRegions();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>({ width: 640, height: HEIGHT });
  const [view, setView] = useState<View>(() => {
    const start = point ?? near;
    return start ? { lat: start.lat, lng: start.lng, zoom: NEAR } : HOME;
  });
  const [region, setRegion] = useState<string | null>(null);
  const grip = useRef<Grip>(undefined);
  const fingers = useRef(new Map<number, { x: number; y: number }>());
  useEffect(() => {
    const place = box.current;
    if (!place) return undefined;
    const measure = () => {
      if (place.clientWidth > 0) setSize({ width: place.clientWidth, height: HEIGHT });
    };
    const watch = new ResizeObserver(measure);
    watch.observe(place);
    measure();
    // Scrolling alone moves the page; with Ctrl, as on other maps, it zooms. React's own listener can't keep the page still.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = { x: event.offsetX, y: event.offsetY };
      const now = { width: place.clientWidth, height: HEIGHT };
      setView((old) => zoomed(old, event.deltaY < 0 ? 0.5 : -0.5, at, now));
    };
    place.addEventListener('wheel', wheel, { passive: false });
    return () => {
      watch.disconnect();
      place.removeEventListener('wheel', wheel);
    };
  }, []);
  const zoom = (by: number) => setView((old) => zoomed(old, by, { x: size.width / 2, y: size.height / 2 }, size));
  const pick = (next: Point) => {
    if (!disabled) onPick(roundedTo(next, view));
  };
  const placeOf = (event: PointerEvent<Element>) => {
    const frame = box.current?.getBoundingClientRect();
    return { x: event.clientX - (frame?.left ?? 0), y: event.clientY - (frame?.top ?? 0) };
  };
  const down = (event: PointerEvent<Element>) => {
    if (event.button !== 0) return;
    const at = placeOf(event);
    fingers.current.set(event.pointerId, at);
    event.currentTarget.setPointerCapture?.(event.pointerId);
    const onMarker = (event.target as Element).closest('.map-marker') !== null && !disabled;
    grip.current = { kind: onMarker ? 'marker' : 'map', ...at, moved: false };
  };
  const move = (event: PointerEvent<Element>) => {
    const held = grip.current;
    const last = fingers.current.get(event.pointerId);
    if (!held || !last) return;
    const at = placeOf(event);
    const other = [...fingers.current].find(([key]) => key !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, at);
    if (other) {
      const spread = (a: { x: number; y: number }) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
      const by = Math.log2(spread(at) / spread(last));
      held.moved = true;
      setView((old) => zoomed(old, by, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 }, size));
      return;
    }
    if (!held.moved && Math.hypot(at.x - held.x, at.y - held.y) < 4) return;
    held.moved = true;
    if (held.kind === 'marker') pick(toEarth(at, view, size));
    else setView((old) => pushed(old, at.x - last.x, at.y - last.y, size));
  };
  const up = (event: PointerEvent<Element>) => {
    const held = grip.current;
    fingers.current.delete(event.pointerId);
    if (fingers.current.size > 0) return;
    grip.current = undefined;
    if (held && !held.moved && event.type === 'pointerup') pick(toEarth(placeOf(event), view, size));
  };
  const key = (event: KeyboardEvent<HTMLElement>) => {
    const far = event.shiftKey ? 40 : 8;
    const way = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[event.key];
    if (way) {
      const [dx = 0, dy = 0] = way;
      if (!point) setView((old) => pushed(old, -dx, -dy, size));
      else {
        const from = toDrawing(point, view, size);
        const next = toEarth({ x: from.x + dx, y: from.y + dy }, view, size);
        pick(next);
        // The marker stays in sight.
        const stands = toDrawing(next, view, size);
        const outside = stands.x < 20 || stands.y < 20 || stands.x > size.width - 20 || stands.y > size.height - 20;
        if (outside) setView((old) => ({ ...old, ...next }));
      }
    } else if (event.key === '+' || event.key === '=') zoom(1);
    else if (event.key === '-') zoom(-1);
    else if (event.key === 'Enter') pick(view);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const found = region === null ? undefined : cityOf(region);
  const stands = point && toDrawing(point, view, size);
  const tool = (name: 'in' | 'out' | 'centre' | 'whole', icon: React.ReactNode, act: () => void, off = false) => (
    <button type="button" aria-label={t(name)} title={t(name)} disabled={off} onClick={act}>
      {icon}
    </button>
  );
  return (
    <div className="map-picker">
      <div className="map-find">
        <RegionInput
          id={`${id}-region`}
          label={t('region')}
          value={region}
          disabled={disabled}
          invalid={false}
          describedBy={undefined}
          onLeave={() => undefined}
          onChange={(code) => {
            setRegion(code as string | null);
            const place = typeof code === 'string' ? cityOf(code) : undefined;
            if (place) setView({ lat: place.city.lat, lng: place.city.lng, zoom: CITY });
          }}
        />
      </div>
      {found && !found.exact && regions && region !== null && (
        <p className="fv-hint muted" role="status">
          {t('near', {
            region: regionText(regions, region),
            city: shortName(regions.names.get(found.city.code) ?? ''),
          })}
        </p>
      )}
      <div
        ref={box}
        className="map-ground"
        role="application"
        // The map is worked with arrow keys, as the hint below it says.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        aria-label={t('map', { label })}
        aria-describedby={`${id}-map-hint`}
        onKeyDown={key}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
      >
        <svg viewBox={`0 0 ${size.width} ${size.height}`} width="100%" height={HEIGHT} aria-hidden="true">
          <Graticule view={view} size={size} />
          <Cities view={view} size={size} />
          <Scale view={view} size={size} />
          {stands && (
            <g className="map-marker" transform={`translate(${stands.x.toFixed(1)} ${stands.y.toFixed(1)})`}>
              <circle r="20" className="map-marker-grip" />
              <path d="M0 0C-4 -8 -9 -12 -9 -19a9 9 0 1 1 18 0C9 -12 4 -8 0 0z" />
              <circle cy="-19" r="3.2" className="map-marker-eye" />
            </g>
          )}
        </svg>
      </div>
      <div className="row map-tools" style={{ gap: 6 }}>
        {tool('in', <PlusOutlined />, () => zoom(1))}
        {tool('out', <MinusOutlined />, () => zoom(-1))}
        {tool(
          'centre',
          <AimOutlined />,
          () => point && setView((old) => ({ ...old, ...point, zoom: Math.max(old.zoom, NEAR) })),
          point === undefined,
        )}
        {tool('whole', <GlobalOutlined />, () => setView(HOME))}
        <output aria-live="polite" className="muted number">
          {point ? t('at', { lat: point.lat, lng: point.lng }) : t('none')}
        </output>
      </div>
      <p id={`${id}-map-hint`} className="fv-hint muted">
        {t('hint')} {t('plain')}
      </p>
    </div>
  );
}
