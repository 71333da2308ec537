/** A small line of values over time, drawn without the chart library. */

const WIDTH = 240;
const HEIGHT = 56;
const EDGE = 5;

export interface SparkPoint {
  /** Where along the line, such as a time in milliseconds. */
  at: number;
  value: number;
  text: string;
}

/** The line with its ends in words; whoever can't see it hears `label` and reads the table beside it. */
export function SparkLine({ points, label }: { points: readonly SparkPoint[]; label: string }) {
  if (points.length < 2) return null;
  const ordered = [...points].toSorted((a, b) => a.at - b.at);
  const values = ordered.map((point) => point.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [ordered[0]?.at ?? 0, ordered.at(-1)?.at ?? 0];
  const x = (at: number) => EDGE + ((at - from) / (to - from || 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * EDGE);
  const line = ordered.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(' ');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
      style={{ width: '100%', maxWidth: 360, height: 'auto', display: 'block' }}
    >
      <polyline points={line} fill="none" stroke="var(--brand)" strokeWidth="2" />
      {ordered.map((point) => (
        <circle key={`${point.at} ${point.value}`} cx={x(point.at)} cy={y(point.value)} r="3" fill="var(--brand)">
          <title>{point.text}</title>
        </circle>
      ))}
    </svg>
  );
}
