/** Brings the drawing tool, which is heavy, when somebody opens a drawing. */
import type { Diagram, Element } from './model';
import { moddle } from './moddle';
import { translateModule } from './translate';

interface Options {
  container: HTMLElement;
}

/** Which entries of the little menu beside an element people see who do not know BPMN. */
const PLAIN = new Set(['connect', 'delete', 'append.text-annotation']);

/** Whether the drawing tool offers all that BPMN has. */
export interface Expert {
  on: boolean;
}

function plainPad(expert: Expert) {
  class PlainPad {
    static readonly $inject = ['contextPad'];
    constructor(pad: { registerProvider(priority: number, provider: unknown): void }) {
      pad.registerProvider(500, this);
    }
    getContextPadEntries() {
      return (entries: Record<string, unknown>) =>
        expert.on ? entries : Object.fromEntries(Object.entries(entries).filter(([name]) => PLAIN.has(name)));
    }
  }
  return { __init__: ['plainPad'], plainPad: ['type', PlainPad] };
}

export async function loadModeler({ container }: Options, expert: Expert): Promise<Diagram> {
  const [{ default: Modeler }] = await Promise.all([import('bpmn-js/lib/Modeler'), import('./styles')]);
  return new Modeler({
    container,
    moddleExtensions: { aftersail: moddle },
    additionalModules: [translateModule, plainPad(expert)],
  }) as unknown as Diagram;
}

export async function loadViewer({ container }: Options): Promise<Diagram> {
  const [{ default: Viewer }] = await Promise.all([import('bpmn-js/lib/NavigatedViewer'), import('./styles')]);
  return new Viewer({
    container,
    moddleExtensions: { aftersail: moddle },
    additionalModules: [translateModule],
  }) as unknown as Diagram;
}

/** Shows the whole drawing, not larger than it was drawn, and its beginning where it would get too small to read. */
export function fit(diagram: Diagram, least = 0): void {
  const canvas = diagram.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  if (canvas.zoom() > 1) canvas.zoom(1, 'auto');
  if (canvas.zoom() >= least) return;
  canvas.zoom(least);
  const shapes = diagram.get('elementRegistry').filter((one) => Number.isFinite(one.x));
  const left = Math.min(...shapes.map((one) => one.x));
  const top = Math.min(...shapes.map((one) => one.y));
  const bottom = Math.max(...shapes.map((one) => one.y + one.height));
  const { outer } = canvas.viewbox();
  const [width, height] = [outer.width / least, outer.height / least];
  canvas.viewbox({ x: left - 30, y: (top + bottom - height) / 2, width, height });
}

/** Follows the size of its place: when the width changes, as on a phone that is turned, the drawing is fitted anew. */
export function follow(diagram: Diagram, place: HTMLElement, least = 0): () => void {
  let width = place.clientWidth;
  const observer = new ResizeObserver(() => {
    diagram.get('canvas').resized();
    if (place.clientWidth === 0 || Math.abs(place.clientWidth - width) < 40) return;
    width = place.clientWidth;
    fit(diagram, least);
  });
  observer.observe(place);
  return () => observer.disconnect();
}

export type { Diagram, Element };
