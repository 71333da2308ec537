import { describe, expect, it } from 'vitest';
import { fitUnder } from './picture';

const blob = (size: number) => new Blob([new Uint8Array(size)]);

describe('fitting a picture under a limit', () => {
  it('takes the first try when it is small enough', async () => {
    const tries: [number, number][] = [];
    const made = await fitUnder((scale, quality) => {
      tries.push([scale, quality]);
      return Promise.resolve(blob(10));
    }, 100);
    expect(made.size).toBe(10);
    expect(tries).toEqual([[1, 0.88]]);
  });

  it('lowers the quality before the size', async () => {
    const tries: [number, number][] = [];
    const made = await fitUnder((scale, quality) => {
      tries.push([scale, quality]);
      return Promise.resolve(blob(Math.round(1000 * scale * scale * quality)));
    }, 450);
    expect(made.size).toBeLessThanOrEqual(450);
    expect(tries.at(-1)).toEqual([0.8, 0.66]);
    expect(tries.slice(0, 4).every(([scale]) => scale === 1)).toBe(true);
  });

  it('answers the smallest when nothing fits, so that a photo is never lost', async () => {
    const made = await fitUnder((scale) => Promise.resolve(blob(Math.round(1000 * scale))), 10);
    expect(made.size).toBe(250);
  });
});
