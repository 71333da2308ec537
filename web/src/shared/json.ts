/** JSON values as forms and lists meet them. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without spaces at both ends; what Rust and JavaScript together call a space. */
export function trim(text: string): string {
  return text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, '');
}

/** Whether a value says nothing: null, a blank text or an empty list. */
export function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return trim(value) === '';
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}
