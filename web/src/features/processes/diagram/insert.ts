/** Puts whole steps where people point: into a flow, or behind a step, with room made for them, undone in one go. */
import type { Condition } from '@/shared/conditions';
import { APPROVAL, APPROVED, CONDITION_LANGUAGE } from '../catalogue';
import { isA, type Business, type Diagram, type Element } from './model';

export type StepKind = 'human' | 'automatic' | 'condition' | 'parallel' | 'wait' | 'notify' | 'end' | 'start';

export interface StepNames {
  human: string;
  automatic: string;
  condition: string;
  parallel: string;
  wait: string;
  notify: string;
  end: string;
  start: string;
  approval: string;
  whether: string;
  agreed: string;
  refused: string;
  needed: string;
  other: string;
  when: string;
  needless: string;
}

/** What an approval that is about to be put in was asked for. */
export interface ApprovalWish {
  name: string;
  attributes: Record<string, string>;
  /** Asked for only when this holds. */
  condition: { fields: Record<string, string>; condition: Condition } | undefined;
  refused: 'end' | 'back';
}

const GAP = 60;
const ROW = 130;

interface Handlers {
  registerHandler(name: string, handler: unknown): void;
  execute(name: string, context: object): void;
}

class Batch {
  // What is done in here is one step of undo.
  preExecute(context: { work: () => void }): void {
    context.work();
  }
}

const prepared = new WeakSet<object>();

function together(diagram: Diagram, work: () => void): void {
  const stack = diagram.get('commandStack') as unknown as Handlers;
  if (!prepared.has(stack)) {
    stack.registerHandler('aftersail.batch', Batch);
    prepared.add(stack);
  }
  stack.execute('aftersail.batch', { work });
}

const mid = (shape: Element) => ({ x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 });
const right = (shape: Element) => shape.x + shape.width;
const isFlow = (element: Element) => element.type === 'bpmn:SequenceFlow';
const isEnd = (element: Element) => isA(element, 'bpmn:EndEvent');

interface Place {
  source: Element;
  /** The flow that the new steps go into, when there is one. */
  flow: Element | undefined;
  target: Element | undefined;
}

/** Where a new step belongs, by what is selected. */
export function placeOf(diagram: Diagram): Place | undefined {
  const [chosen] = diagram.get('selection').get();
  const into = (flow: Element | undefined): Place | undefined =>
    flow?.source ? { source: flow.source, flow, target: flow.target } : undefined;
  const shape = chosen?.labelTarget ?? chosen;
  if (shape && isFlow(shape)) return into(shape);
  if (shape && isEnd(shape)) return into(shape.incoming.find(isFlow));
  if (shape && isA(shape, 'bpmn:FlowNode')) {
    const leaving = shape.outgoing.filter(isFlow);
    const [only] = leaving;
    if (leaving.length === 0) return { source: shape, flow: undefined, target: undefined };
    if (only && (leaving.length === 1 || !isA(shape, 'bpmn:Gateway'))) return into(only);
    const free = leaving.find((flow) => flow.businessObject.get('conditionExpression') === undefined) ?? only;
    return into(free);
  }
  const ends = diagram.get('elementRegistry').filter((one) => isEnd(one) && one.incoming.length > 0);
  const last = ends.toSorted((a, b) => b.x - a.x)[0];
  return into(last?.incoming.find(isFlow));
}

class Builder {
  constructor(private readonly diagram: Diagram) {}

  make(type: string, attrs: Record<string, unknown>, id?: string): Element {
    const business = this.diagram.get('bpmnFactory').create(type, { ...(id ? { id } : {}), ...attrs });
    return this.diagram.get('elementFactory').createShape({ type, businessObject: business });
  }

  put(shape: Element, center: { x: number; y: number }, parent: Element): Element {
    return this.diagram.get('modeling').createShape(shape, center, parent);
  }

  connect(source: Element, target: Element, name?: string, waypoints?: { x: number; y: number }[]): Element {
    const modeling = this.diagram.get('modeling');
    const flow = modeling.connect(source, target, { type: 'bpmn:SequenceFlow' });
    if (waypoints) modeling.updateWaypoints(flow, waypoints);
    if (name) modeling.updateLabel(flow, name);
    return flow;
  }

  condition(flow: Element, written: object): void {
    const body = JSON.stringify(written);
    const expression = this.diagram.get('bpmnFactory').create('bpmn:FormalExpression', {
      language: CONDITION_LANGUAGE,
      body,
    });
    this.diagram.get('modeling').updateProperties(flow, { conditionExpression: expression });
  }

  byDefault(gateway: Element, flow: Element): void {
    this.diagram.get('modeling').updateProperties(gateway, { default: flow.businessObject });
  }

  /** Moves what stands to the right of the place, so that `width` fits before `target`. */
  room({ source, target }: Place, width: number): number {
    const left = right(source) + GAP;
    if (!target || target.x <= source.x) return left;
    const missing = left + width + GAP - target.x;
    if (missing <= 0) return left;
    const moved = this.diagram
      .get('elementRegistry')
      .filter((one) => isA(one, 'bpmn:FlowNode') && !one.labelTarget && !one.host && !one.waypoints)
      .filter((one) => one.parent === source.parent && one !== source && one.x >= target.x - 1);
    this.diagram.get('modeling').moveElements(moved, { x: Math.ceil(missing / 10) * 10, y: 0 });
    return left;
  }

  /** The row in which the steps between two others stand. */
  row({ source, target }: Place): number {
    if (!target || target.x <= source.x) return mid(source).y;
    return isA(source, 'bpmn:Gateway') ? mid(target).y : mid(source).y;
  }

  /** The first free row below `y` between two columns. */
  below(y: number, from: number, to: number): number {
    const all = this.diagram.get('elementRegistry').getAll();
    const taken = (at: number) =>
      all.some(
        (one) =>
          isA(one, 'bpmn:FlowNode') &&
          !one.labelTarget &&
          !one.waypoints &&
          right(one) > from - 20 &&
          one.x < to + 20 &&
          one.y < at + 60 &&
          one.y + one.height > at - 60,
      );
    let at = y + ROW;
    for (let tries = 0; taken(at) && tries < 12; tries += 1) at += ROW;
    return at;
  }

  /** Leads the flow of the place to `first`, and `last` on to where it led. */
  join({ source, flow, target }: Place, first: Element, last: Element, name?: string): Element | undefined {
    const modeling = this.diagram.get('modeling');
    if (flow) {
      modeling.reconnectEnd(flow, first, mid(first));
      modeling.layoutConnection(flow);
    } else this.connect(source, first);
    if (target && !isEnd(last)) return this.connect(last, target, name);
    return undefined;
  }
}

const random = () => Math.random().toString(36).slice(2, 9);

const TYPES: Partial<Record<StepKind, string>> = {
  human: 'bpmn:UserTask',
  automatic: 'bpmn:ServiceTask',
  notify: 'bpmn:ServiceTask',
  wait: 'bpmn:IntermediateCatchEvent',
  end: 'bpmn:EndEvent',
  start: 'bpmn:StartEvent',
};

/** A step that stands alone, for dropping it anywhere. */
export function loose(diagram: Diagram, kind: StepKind, names: StepNames, attributes: object = {}): Element {
  const builder = new Builder(diagram);
  const type = TYPES[kind] ?? (kind === 'parallel' ? 'bpmn:ParallelGateway' : 'bpmn:ExclusiveGateway');
  const shape = builder.make(type, { name: names[kind], ...attributes });
  if (kind === 'wait') addTimer(diagram, shape.businessObject);
  return shape;
}

function addTimer(diagram: Diagram, event: Business): void {
  const factory = diagram.get('bpmnFactory');
  const duration = factory.create('bpmn:FormalExpression', { body: 'P1D' });
  const timer = factory.create('bpmn:TimerEventDefinition', { timeDuration: duration });
  event.set('eventDefinitions', [timer]);
}

/** Puts a step where the selection says, and selects what is to be filled in next. */
export function insertStep(diagram: Diagram, kind: StepKind, names: StepNames, attributes: object = {}): boolean {
  const place = placeOf(diagram);
  const parent = place?.source.parent;
  if (!place || !parent || kind === 'start') return false;
  const builder = new Builder(diagram);
  let next: Element | undefined;
  together(diagram, () => {
    const y = builder.row(place);
    if (kind === 'condition') next = branch(builder, place, parent, y, names);
    else if (kind === 'parallel') next = split(builder, place, parent, y, names);
    else {
      const shape = loose(diagram, kind, names, attributes);
      if (kind === 'end') {
        const at = place.flow ? builder.below(y, right(place.source), right(place.source) + 120) : y;
        next = builder.put(shape, { x: right(place.source) + GAP + 20, y: at }, parent);
        builder.connect(place.source, next);
        return;
      }
      const x = builder.room(place, shape.width);
      next = builder.put(shape, { x: x + shape.width / 2, y }, parent);
      builder.join(place, next, next);
    }
  });
  if (next) diagram.get('selection').select(next);
  return true;
}

/** A condition with a second way: a step of its own below, which comes back to the first way. */
function branch(builder: Builder, place: Place, parent: Element, y: number, names: StepNames): Element {
  const x = builder.room(place, place.target ? 50 + GAP + 100 + 20 : 50);
  const gateway = builder.put(
    builder.make('bpmn:ExclusiveGateway', { name: names.condition }),
    { x: x + 25, y },
    parent,
  );
  const other = builder.join(place, gateway, gateway, names.other);
  const from = x + 50 + GAP;
  const at = builder.below(y, from, from + 100);
  const step = builder.put(builder.make('bpmn:UserTask', { name: names.human }), { x: from + 50, y: at }, parent);
  const flow = builder.connect(gateway, step, names.when);
  if (place.target && !place.target.labelTarget) builder.connect(step, place.target);
  if (other) builder.byDefault(gateway, other);
  return flow;
}

function split(builder: Builder, place: Place, parent: Element, y: number, names: StepNames): Element {
  const x = builder.room(place, 50 + GAP + 100 + GAP + 50);
  const fork = builder.put(builder.make('bpmn:ParallelGateway', {}), { x: x + 25, y }, parent);
  const from = x + 50 + GAP;
  const first = builder.put(builder.make('bpmn:UserTask', { name: `${names.human} 1` }), { x: from + 50, y }, parent);
  const at = builder.below(y, from, from + 100);
  const second = builder.put(
    builder.make('bpmn:UserTask', { name: `${names.human} 2` }),
    { x: from + 50, y: at },
    parent,
  );
  const join = builder.put(builder.make('bpmn:ParallelGateway', {}), { x: from + 100 + GAP + 25, y }, parent);
  builder.join(place, fork, join);
  builder.connect(fork, first);
  builder.connect(fork, second);
  builder.connect(first, join);
  builder.connect(second, join);
  return first;
}

/** An approval: who is asked, a yes that goes on, a no that ends or goes back; perhaps only when a condition holds. */
export function insertApproval(diagram: Diagram, wish: ApprovalWish, names: StepNames): boolean {
  const place = placeOf(diagram);
  const parent = place?.source.parent;
  if (!place || !parent) return false;
  const builder = new Builder(diagram);
  let made: Element | undefined;
  together(diagram, () => {
    const y = builder.row(place);
    const lead = wish.condition ? 50 + GAP + 20 : 0;
    const x = builder.room(place, lead + 100 + GAP + 50 + (place.target ? 20 : 0));
    const task = builder.put(
      builder.make('bpmn:UserTask', { name: wish.name }, APPROVAL + random()),
      { x: x + lead + 50, y },
      parent,
    );
    diagram.get('modeling').updateProperties(task, wish.attributes);
    const answer = builder.put(
      builder.make('bpmn:ExclusiveGateway', { name: names.whether }),
      { x: x + lead + 100 + GAP + 25, y },
      parent,
    );
    builder.connect(task, answer);
    let first = task;
    if (wish.condition) {
      first = builder.put(builder.make('bpmn:ExclusiveGateway', { name: names.needed }), { x: x + 25, y }, parent);
      builder.condition(builder.connect(first, task, names.when), wish.condition);
    }
    const agreed = builder.join(place, first, answer, names.agreed);
    if (agreed) {
      const yes = { field: APPROVED, op: 'eq', value: true };
      builder.condition(agreed, { fields: { [APPROVED]: 'boolean' }, condition: yes });
    }
    if (wish.condition && place.target) {
      const { target } = place;
      const top = Math.min(y, target.y) - 90;
      const bypass = builder.connect(first, target, names.needless, [
        { x: mid(first).x, y: first.y },
        { x: mid(first).x, y: top },
        { x: mid(target).x, y: top },
        { x: mid(target).x, y: target.y },
      ]);
      builder.byDefault(first, bypass);
      // The way comes in from above, where gateways have their names.
      const { label } = target;
      if (label && isA(target, 'bpmn:Gateway') && label.y < target.y) {
        diagram.get('modeling').moveElements([label], { x: label.width / 2 + 8, y: 0 });
      }
    }
    const back = wish.refused === 'back' && isA(place.source, 'bpmn:Activity') ? place.source : undefined;
    let refused: Element;
    if (back) {
      const low = Math.max(builder.below(y, back.x, answer.x) - 40, y + 90);
      refused = builder.connect(answer, back, names.refused, [
        { x: mid(answer).x, y: answer.y + answer.height },
        { x: mid(answer).x, y: low },
        { x: mid(back).x, y: low },
        { x: mid(back).x, y: back.y + back.height },
      ]);
    } else {
      const low = builder.below(y, answer.x, right(answer));
      const end = builder.put(
        builder.make('bpmn:EndEvent', { name: names.refused }),
        { x: mid(answer).x, y: low },
        parent,
      );
      refused = builder.connect(answer, end, names.refused);
    }
    builder.byDefault(answer, refused);
    made = task;
  });
  if (made) diagram.get('selection').select(made);
  return true;
}
