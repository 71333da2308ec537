/** Headers of an SMS request as lines of text. */

export interface Header {
  name: string;
  value: string;
}

export function headerLines(headers: readonly Header[]): string {
  return headers.map((header) => `${header.name}: ${header.value}`).join('\n');
}

/** One header a line; a line without a colon is a name without a value. */
export function parseHeaders(text: string): Header[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.indexOf(':');
      return at < 0 ? { name: line, value: '' } : { name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
    });
}
