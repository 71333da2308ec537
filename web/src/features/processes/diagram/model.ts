/** The parts of bpmn-js that pages use, typed as far as they use them. */
export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** An element of the file. */
export interface Business {
  id: string;
  $type: string;
  $parent?: Business;
  name?: string;
  get<T = unknown>(name: string): T;
  set(name: string, value: unknown): void;
}

/** An element of the drawing. */
export interface Element extends Bounds {
  id: string;
  type: string;
  businessObject: Business;
  parent?: Element;
  label?: Element;
  labelTarget?: Element;
  incoming: Element[];
  outgoing: Element[];
  attachers?: Element[];
  host?: Element;
  source?: Element;
  target?: Element;
  children?: Element[];
  waypoints?: { x: number; y: number }[];
}

export interface Canvas {
  resized(): void;
  zoom(level?: number | 'fit-viewport', center?: 'auto' | { x: number; y: number }): number;
  addMarker(element: string, marker: string): void;
  removeMarker(element: string, marker: string): void;
  getRootElement(): Element;
  scrollToElement(element: string | Element, padding?: number): void;
  viewbox(box?: Bounds): Bounds & { outer: { width: number; height: number } };
}

export interface Registry {
  get(id: string): Element | undefined;
  getAll(): Element[];
  filter(test: (element: Element) => boolean): Element[];
}

export interface Overlays {
  add(element: string, type: string, overlay: { position: Record<string, number>; html: HTMLElement | string }): string;
  remove(filter: { type: string }): void;
}

export interface EventBus {
  on<E>(event: string | string[], listener: (event: E) => void): void;
  off(event: string | string[], listener: unknown): void;
}

export interface Modeling {
  updateProperties(element: Element, properties: Record<string, unknown>): void;
  updateModdleProperties(element: Element, business: Business, properties: Record<string, unknown>): void;
  createShape(shape: Element | { type: string }, at: { x: number; y: number }, parent: Element): Element;
  createConnection(source: Element, target: Element, attrs: object, parent: Element): Element;
  connect(source: Element, target: Element, attrs?: object): Element;
  reconnectEnd(connection: Element, target: Element, docking: { x: number; y: number }): void;
  updateWaypoints(connection: Element, waypoints: { x: number; y: number }[]): void;
  layoutConnection(connection: Element): void;
  moveElements(elements: Element[], delta: { x: number; y: number }, target?: Element): void;
  removeElements(elements: Element[]): void;
  updateLabel(element: Element, text: string): void;
}

export interface Selection {
  get(): Element[];
  select(elements: Element | Element[] | null): void;
}

export interface CommandStack {
  undo(): void;
  redo(): void;
  canUndo(): boolean;
  canRedo(): boolean;
  clear(): void;
}

export interface ElementFactory {
  createShape(attrs: object): Element;
}

export interface BpmnFactory {
  create(type: string, attrs?: object): Business;
}

export interface Create {
  start(event: Event, shape: Element | Element[]): void;
}

interface Services {
  canvas: Canvas;
  elementRegistry: Registry;
  overlays: Overlays;
  eventBus: EventBus;
  modeling: Modeling;
  selection: Selection;
  commandStack: CommandStack;
  elementFactory: ElementFactory;
  bpmnFactory: BpmnFactory;
  create: Create;
}

/** A viewer or a modeler. */
export interface Diagram {
  get<K extends keyof Services>(name: K): Services[K];
  importXML(xml: string): Promise<{ warnings: unknown[] }>;
  saveXML(options: { format: boolean }): Promise<{ xml?: string }>;
  getDefinitions(): Business;
  destroy(): void;
}

const CLASSES: Record<string, readonly string[]> = {
  'bpmn:Gateway': [
    'bpmn:ExclusiveGateway',
    'bpmn:ParallelGateway',
    'bpmn:InclusiveGateway',
    'bpmn:EventBasedGateway',
    'bpmn:ComplexGateway',
  ],
};

export function isA(element: Element | Business | undefined, type: string): boolean {
  if (!element) return false;
  const business = 'businessObject' in element ? element.businessObject : element;
  const own = business as Business & { $instanceOf?: (type: string) => boolean };
  return own.$instanceOf?.(type) ?? (business.$type === type || (CLASSES[type] ?? []).includes(business.$type));
}

/** What a person calls the element: its name, or its id where it has none. */
export function nameOf(element: Element | undefined, id: string): string {
  const name = element?.businessObject.name?.trim();
  return name ? name.replaceAll(/\s+/g, ' ') : id;
}
