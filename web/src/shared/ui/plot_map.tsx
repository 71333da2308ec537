/** Where places lie to each other: a plain plot with a scale, without pictures from the network. */
import { defineMessages, useMessages } from '../i18n';

const messages = defineMessages(
  {
    scattered: '位置分布图，共 {n} 处',
    unmapped: '{n} 处没有坐标，未在图上显示',
    km: '{n} 公里',
    metres: '{n} 米',
  },
  {
    scattered: 'Where the {n} places lie',
    unmapped: '{n} without coordinates are not drawn',
    km: '{n} km',
    metres: '{n} m',
  },
);

const WIDTH = 320;
const HEIGHT = 190;
const EDGE = 26;
const KM_PER_DEGREE = 111.32;
/** A single place still needs some ground around it, in kilometres. */
const LEAST_SPAN = 0.4;

export interface Place {
  key: string;
  /** What stands beside the place in the list. */
  mark: string;
  name: string;
  lat: number;
  lng: number;
  main?: boolean;
}

/** The longest of 1, 2, 5, 10, … that is not longer than `most`. */
export function niceLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((step) => step * power).find((length) => length <= most) ?? power;
}

/** Places in kilometres east and south of their middle, as on a small flat map. */
export function flat(places: readonly Pick<Place, 'lat' | 'lng'>[]): { x: number; y: number }[] {
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const lat = middle(places.map((place) => place.lat));
  const lng = middle(places.map((place) => place.lng));
  const shrink = Math.cos((lat * Math.PI) / 180);
  return places.map((place) => ({
    x: (place.lng - lng) * KM_PER_DEGREE * shrink,
    y: (lat - place.lat) * KM_PER_DEGREE,
  }));
}

/** Marks nearer than this would hide each other. */
const TOUCHING = 16;

interface Spot {
  x: number;
  y: number;
  places: Place[];
}

/** The places where they stand in the plot; those that would cover each other share one mark. */
export function spots(places: readonly Place[], points: readonly { x: number; y: number }[], scale: number): Spot[] {
  const found: Spot[] = [];
  for (const [index, place] of places.entries()) {
    const point = points[index] ?? { x: 0, y: 0 };
    const [x, y] = [WIDTH / 2 + point.x * scale, HEIGHT / 2 + point.y * scale];
    const near = found.find((spot) => Math.hypot(spot.x - x, spot.y - y) < TOUCHING);
    if (near) near.places.push(place);
    else found.push({ x, y, places: [place] });
  }
  return found;
}

/** The plot; the list beside it says the same in words. */
export function PlotMap({ places, missing }: { places: readonly Place[]; missing: number }) {
  const t = useMessages(messages);
  if (places.length === 0) return null;
  // The main place is drawn first, so that it never hides another one.
  const drawn = places.toSorted((a, b) => Number(b.main ?? false) - Number(a.main ?? false));
  const points = flat(drawn);
  const reach = (axis: 'x' | 'y') => Math.max(LEAST_SPAN / 2, ...points.map((point) => Math.abs(point[axis]))) * 2;
  const scale = Math.min((WIDTH - 2 * EDGE) / reach('x'), (HEIGHT - 2 * EDGE) / reach('y'));
  const length = niceLength((WIDTH / 3 - 10) / scale);
  const words = length < 1 ? t('metres', { n: Math.round(length * 1000) }) : t('km', { n: length });
  return (
    <figure style={{ margin: '0 0 8px' }}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t('scattered', { n: places.length })}
        style={{ width: '100%', height: 'auto', display: 'block', background: 'var(--page-bg)', borderRadius: 6 }}
      >
        {spots(drawn, points, scale).map((spot) => {
          const marks = spot.places.flatMap((place) => (place.mark === '' ? [] : place.mark));
          const mark = marks.length > 3 ? `${marks.slice(0, 2).join('·')}…` : marks.join('·');
          const wide = Math.max(18, 8 + mark.length * 6);
          const onlyMain = spot.places.every((place) => place.main);
          return (
            <g key={spot.places[0]?.key} transform={`translate(${spot.x.toFixed(1)} ${spot.y.toFixed(1)})`}>
              <title>{spot.places.map((place) => place.name).join(' · ')}</title>
              <rect
                x={-wide / 2}
                y="-9"
                width={wide}
                height="18"
                rx={onlyMain ? 3 : 9}
                fill={onlyMain ? 'var(--text-2)' : 'var(--brand)'}
              />
              <text textAnchor="middle" dy="4" fontSize="11" fontWeight="600" fill="var(--surface)">
                {mark}
              </text>
            </g>
          );
        })}
        <g transform={`translate(10 ${HEIGHT - 12})`} stroke="var(--text-2)" strokeWidth="1.5">
          <path d={`M0 -4v4h${(length * scale).toFixed(1)}v-4`} fill="none" />
          <text x={length * scale + 6} y="1" fontSize="11" stroke="none" fill="var(--text-2)">
            {words}
          </text>
        </g>
      </svg>
      {missing > 0 && <figcaption className="muted">{t('unmapped', { n: missing })}</figcaption>}
    </figure>
  );
}
