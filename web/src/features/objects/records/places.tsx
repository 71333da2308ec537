/** Where records are: drawn by coordinates without anything from the network, and listed by region. */
import { Link } from '@tanstack/react-router';
import { Select } from 'antd';
import { useState } from 'react';
import type { Field } from '@/shared/form_types';
import { isObject } from '@/shared/json';
import { regionText, useRegions } from '@/shared/form_view/regions';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import type { ObjectRecord } from '@/shared/objects/queries';
import { useIsPhone } from '@/shared/ui/use_media';
import type { ObjectDesk } from './desk';
import { records } from './messages';

/** The drawing's own units; a phone gets a small one, so that its letters stay as large as others. */
const WIDE: Size = { width: 800, height: 460 };
const SMALL: Size = { width: 360, height: 320 };
const EDGE = 40;

interface Size {
  width: number;
  height: number;
}

export interface Point {
  lat: number;
  lng: number;
}

/** From degrees to the drawing: all points inside its edges, east and north in true proportion at their latitude. */
export function projection(
  points: readonly Point[],
  { width, height }: Size,
): (point: Point) => { x: number; y: number } {
  const lats = points.map((point) => point.lat);
  const lngs = points.map((point) => point.lng);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const [west, east] = [Math.min(...lngs), Math.max(...lngs)];
  const middle = { lat: (south + north) / 2, lng: (west + east) / 2 };
  const shrink = Math.max(0.05, Math.cos((middle.lat * Math.PI) / 180));
  // A tenth of a degree at least, so that one point does not fill the world.
  const scale = Math.min(
    (width - 2 * EDGE) / Math.max(0.1, (east - west) * shrink),
    (height - 2 * EDGE) / Math.max(0.1, north - south),
  );
  return ({ lat, lng }) => ({
    x: width / 2 + (lng - middle.lng) * shrink * scale,
    y: height / 2 - (lat - middle.lat) * scale,
  });
}

/** Steps of a grid that people can read: 1, 2 or 5 of some power of ten, about six of them. */
export function stepOf(span: number): number {
  const rough = Math.max(span, 0.01) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((unit) => unit * power).find((step) => step >= rough) ?? power * 10;
}

function pointOf(field: Field, record: ObjectRecord): (Point & { address?: string }) | undefined {
  const value = record.values[field.id];
  if (!isObject(value) || typeof value['lat'] !== 'number' || typeof value['lng'] !== 'number') return undefined;
  return {
    lat: value['lat'],
    lng: value['lng'],
    ...(typeof value['address'] === 'string' ? { address: value['address'] } : {}),
  };
}

export default function Places({ desk, rows }: { desk: ObjectDesk; rows: readonly ObjectRecord[] }) {
  const t = useMessages(records);
  const locale = useLocale();
  const phone = useIsPhone();
  const regions = useRegions();
  const fields = desk.fields.filter((field) => field.kind.type === 'location');
  const [chosen, setChosen] = useState<string>();
  const [near, setNear] = useState<string>();
  const field = fields.find((one) => one.id === chosen) ?? fields[0];
  if (!field) return null;
  const regionField = desk.fields.find((one) => one.kind.type === 'region');
  const placed = rows.flatMap((record) => {
    const point = pointOf(field, record);
    return point ? [{ record, point }] : [];
  });
  const regionOf = (record: ObjectRecord): string => {
    const code = regionField && record.values[regionField.id];
    return typeof code === 'string' && regions ? regionText(regions, code.slice(0, 4).padEnd(6, '0')) : t('noRegion');
  };
  const groups = new Map<string, typeof placed>();
  for (const one of placed) {
    const name = regionField ? regionOf(one.record) : '';
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  const size = phone ? SMALL : WIDE;
  const draw = projection(
    placed.map(({ point }) => point),
    size,
  );
  const lats = placed.map(({ point }) => point.lat);
  const lngs = placed.map(({ point }) => point.lng);
  const step = stepOf(Math.max(Math.max(...lats) - Math.min(...lats), Math.max(...lngs) - Math.min(...lngs)));
  const lines = (values: number[]) => {
    if (values.length === 0) return [];
    const from = Math.floor(Math.min(...values) / step) - 1;
    const to = Math.ceil(Math.max(...values) / step) + 1;
    return Array.from({ length: Math.min(20, to - from + 1) }, (_, at) => Number(((from + at) * step).toFixed(4)));
  };
  const linkTo = (record: ObjectRecord) => ({
    to: '/records/$object/$id' as const,
    params: { object: desk.info.key, id: record.id },
  });
  return (
    <div className="records-places">
      <div className="panel">
        {fields.length > 1 && (
          <Select
            aria-label={t('map')}
            value={field.id}
            style={{ minWidth: 160, marginBottom: 8 }}
            options={fields.map((one) => ({ value: one.id, label: labelText(one.label, locale) }))}
            onChange={setChosen}
          />
        )}
        {placed.length > 0 && (
          <svg
            viewBox={`0 0 ${size.width} ${size.height}`}
            role="img"
            aria-label={t('mapLabel', { n: placed.length })}
            className="records-plot"
          >
            {lines(lngs).map((lng) => {
              const { x } = draw({ lat: lats[0] ?? 0, lng });
              return (
                <g key={`lng${lng}`}>
                  <line x1={x} x2={x} y1={0} y2={size.height} />
                  <text x={x + 3} y={size.height - 6}>
                    {Math.abs(lng)}°{lng < 0 ? 'W' : 'E'}
                  </text>
                </g>
              );
            })}
            {lines(lats).map((lat) => {
              const { y } = draw({ lat, lng: lngs[0] ?? 0 });
              return (
                <g key={`lat${lat}`}>
                  <line x1={0} x2={size.width} y1={y} y2={y} />
                  <text x={4} y={y - 4}>
                    {Math.abs(lat)}°{lat < 0 ? 'S' : 'N'}
                  </text>
                </g>
              );
            })}
            {placed.map(({ record, point }) => {
              const { x, y } = draw(point);
              return (
                <circle key={record.id} cx={x} cy={y} r={near === record.id ? 10 : 6}>
                  <title>{record.title}</title>
                </circle>
              );
            })}
            {placed
              .filter(({ record }) => placed.length <= (phone ? 6 : 25) || record.id === near)
              .map(({ record, point }) => {
                const { x, y } = draw(point);
                const left = x > size.width - 140;
                return (
                  <text
                    key={record.id}
                    x={left ? x - 10 : x + 10}
                    y={y + 4}
                    textAnchor={left ? 'end' : 'start'}
                    className="records-plot-name"
                  >
                    {record.title.slice(0, 16)}
                  </text>
                );
              })}
          </svg>
        )}
        <p className="muted">{t('mapHint')}</p>
        {placed.length < rows.length && <p className="muted">{t('noPlace', { n: rows.length - placed.length })}</p>}
      </div>
      <div className="panel">
        {[...groups].map(([name, members]) => (
          <section key={name}>
            {name !== '' && <h2 style={{ fontSize: 14, margin: '6px 0' }}>{name}</h2>}
            <ul className="plain-list">
              {members.map(({ record, point }) => (
                <li
                  key={record.id}
                  onMouseEnter={() => setNear(record.id)}
                  onMouseLeave={() => setNear(undefined)}
                  onFocus={() => setNear(record.id)}
                  onBlur={() => setNear(undefined)}
                >
                  <Link {...linkTo(record)}>{record.title}</Link>
                  <div className="muted">
                    {point.address} <span className="number">{`${point.lat.toFixed(4)}, ${point.lng.toFixed(4)}`}</span>
                  </div>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}
