/** The part of the earth that a map shows, and where its points stand in the drawing (Mercator, as on web maps). */
export interface Point {
  lat: number;
  lng: number;
}

export interface View extends Point {
  /** Drawing units per degree of longitude, as a power of two. */
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const NEAREST = 17.5;
export const FARTHEST = 2.5;
/** Where a map without a point begins: all of China. */
export const HOME: View = { lat: 37, lng: 104, zoom: 2.75 };

const RADIANS = Math.PI / 180;
const mercator = (lat: number): number => Math.log(Math.tan(Math.PI / 4 + (lat * RADIANS) / 2)) / RADIANS;
const latitude = (y: number): number => (2 * Math.atan(Math.exp(y * RADIANS)) - Math.PI / 2) / RADIANS;
const within = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

export function toDrawing(point: Point, view: View, { width, height }: Size): { x: number; y: number } {
  const scale = 2 ** view.zoom;
  return {
    x: width / 2 + (point.lng - view.lng) * scale,
    y: height / 2 - (mercator(point.lat) - mercator(view.lat)) * scale,
  };
}

export function toEarth({ x, y }: { x: number; y: number }, view: View, { width, height }: Size): Point {
  const scale = 2 ** view.zoom;
  return {
    lng: within(view.lng + (x - width / 2) / scale, 180),
    lat: within(latitude(mercator(view.lat) - (y - height / 2) / scale), 85),
  };
}

/** The view after the drawing was pushed by so many units. */
export function pushed(view: View, dx: number, dy: number, size: Size): View {
  return { ...view, ...toEarth({ x: size.width / 2 - dx, y: size.height / 2 - dy }, view, size) };
}

/** The view at another zoom, in which what stands at `at` stays there. */
export function zoomed(view: View, by: number, at: { x: number; y: number }, size: Size): View {
  const zoom = Math.min(NEAREST, Math.max(FARTHEST, view.zoom + by));
  const fixed = toEarth(at, view, size);
  const moved = toDrawing(fixed, { ...view, zoom }, size);
  return pushed({ ...view, zoom }, at.x - moved.x, at.y - moved.y, size);
}

/** As many digits as the view can tell apart, six at most: a tenth of a metre. */
export function roundedTo(point: Point, view: View): Point {
  const digits = Math.min(6, Math.max(1, Math.ceil(view.zoom * Math.LOG10E * Math.LN2) + 1));
  const round = (degrees: number) => Number(degrees.toFixed(digits));
  return { lat: round(point.lat), lng: round(point.lng) };
}

/** Metres that one unit of the drawing stands for at the middle of the view. */
export function metresPerUnit(view: View): number {
  return (111_320 * Math.cos(view.lat * RADIANS)) / 2 ** view.zoom;
}
