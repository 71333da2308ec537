// One spelling of the same text, as in engines/forms/src/text.rs and pattern.rs.

import { isDate, readTime } from './conditions';
import { trim } from './json';

/** One line: control characters become spaces. */
export function oneLine(text: string): string {
  return trim(text.replace(/\p{Cc}/gu, ' '));
}

/** Lines that end with `\n`, without other control characters but tabs. */
export function lines(text: string): string {
  const printable = text.replace(/\p{Cc}/gu, (letter) => ('\n\r\t'.includes(letter) ? letter : ''));
  return trim(printable.replaceAll('\r\n', '\n').replaceAll('\r', '\n'));
}

/** One line with full-width letters, digits and signs made half-width. */
export function halfWidth(text: string): string {
  const narrow = text.replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0));
  return oneLine(narrow.replaceAll('\u3000', ' '));
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

const MOBILE = /^1[3-9][0-9]{9}$/;

/** A telephone number by its digits, `x` before its extension. */
export function phone(text: string): string | undefined {
  const written = lowerAscii(halfWidth(text));
  const mark = /转|分机|ext\.?|x|#/.exec(written);
  const main = mark === null ? written : written.slice(0, mark.index);
  const extension = mark === null ? undefined : trim(written.slice(mark.index + mark[0].length));
  if (extension !== undefined && !/^[0-9]{1,6}$/.test(extension)) return undefined;
  const dialled = main.replace(/[\s\u0085\-‐–—()./]/g, '').replace(/^00/, '+');
  const number = domestic(dialled) ?? dialled;
  if (!isDialable(number)) return undefined;
  return extension === undefined ? number : `${number}x${extension}`;
}

/** As it is dialled inside China, for a number that carries China's country code. */
function domestic(dialled: string): string | undefined {
  if (dialled.startsWith('86') && MOBILE.test(dialled.slice(2))) return dialled.slice(2);
  const rest = dialled.startsWith('+86') ? dialled.slice(3) : '';
  if (!/^[0-9]+$/.test(rest) || rest.startsWith('00')) return undefined;
  if (MOBILE.test(rest) || /^(?:0|400|800)/.test(rest)) return rest;
  return rest.length >= 9 && rest.length <= 11 ? `0${rest}` : undefined;
}

function isDialable(number: string): boolean {
  if (number.startsWith('+')) return /^\+[1-9][0-9]{5,14}$/.test(number);
  const mobileLike = number.length === 11 && number.startsWith('1');
  return /^[0-9]{3,15}$/.test(number) && (!mobileLike || MOBILE.test(number));
}

const LABEL = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;

/** A mail address with its domain in lower case. */
export function email(text: string): string | undefined {
  const written = halfWidth(text);
  const at = written.lastIndexOf('@');
  if (at < 0 || written.length > 254) return undefined;
  const name = written.slice(0, at);
  const labels = written.slice(at + 1).split('.');
  const fits = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$/.test(name) && labels.length > 1;
  return fits && labels.every((label) => LABEL.test(label)) ? `${name}@${labels.join('.').toLowerCase()}` : undefined;
}

/** An http or https address with scheme and host in lower case. */
export function url(text: string): string | undefined {
  const written = oneLine(text);
  const parts = /^(https?):\/\/([^/?#]+)([^]*)$/i.exec(written);
  if (parts === null || [...written].length > 2000) return undefined;
  const [, scheme = '', host = '', path = ''] = parts;
  if (host.includes('@') || /[\s\u0085<>"\\]/.test(host + path)) return undefined;
  return `${scheme.toLowerCase()}://${lowerAscii(host)}${path}`;
}

/** The first two digits of region codes (GB/T 2260): the provinces. */
const PROVINCE = /^(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82)/;

/** A region's six digits. */
export function region(text: string): string | undefined {
  const written = halfWidth(text);
  return /^[0-9]{6}$/.test(written) && PROVINCE.test(written) ? written : undefined;
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** A resident identity card number whose region, birthday and check digit fit (GB 11643). */
export function idNumber(text: string): string | undefined {
  const written = halfWidth(text).replace(/x$/, 'X');
  const parts = /^[0-9]{6}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}([0-9X])$/.exec(written);
  if (parts === null || !PROVINCE.test(written)) return undefined;
  const [, year, month, day, check] = parts;
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(written[index]), 0);
  return isDate(`${year}-${month}-${day}`) && '10X98765432'[sum % 11] === check ? written : undefined;
}

/** Whether the text is a time of day `HH:MM`. */
export function isTime(text: string): boolean {
  return /^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/.test(text);
}

/** The same instant in UTC, without zeros at the end of the decimals. */
export function utc(text: string): string | undefined {
  const instant = readTime(text)?.instant;
  if (instant === undefined) return undefined;
  const micros = ((instant % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((instant - micros) / 1000n)).toISOString().slice(0, -5);
  const decimals = micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
  const written = `${seconds}${decimals}Z`;
  return readTime(written)?.instant === instant ? written : undefined;
}

/**
 * A checked pattern of the catalogue that the whole of a text must match; undefined when this browser can't read it. On the
 * server every pattern takes linear time; here one with repetitions inside of repetitions may be slow on long texts.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  let shared = '';
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    if (letter === '\\') {
      at += 1;
      // Spaces are those of ASCII here, as on the server.
      if (pattern[at] === 's') shared += inClass ? '\\t\\n\\v\\f\\r ' : '[\\t\\n\\v\\f\\r ]';
      else shared += `\\${pattern.charAt(at)}`;
      continue;
    }
    if (letter === '[') inClass = true;
    if (letter === ']') inClass = false;
    shared += letter === '.' && !inClass ? '[^\\n]' : letter;
  }
  try {
    return new RegExp(`^(?:${shared})$`, 'u');
  } catch {
    return undefined;
  }
}

/** Whether a text fits a mask: `9` is a digit, `A` a letter from A to Z in either case, `*` either. */
export function fitsMask(mask: string, text: string): boolean {
  const signs = [...mask];
  const letters = [...text];
  const fits = (sign: string, letter: string | undefined): boolean => {
    if (letter === undefined) return false;
    if (sign === '9') return /[0-9]/.test(letter);
    if (sign === 'A') return /[A-Za-z]/.test(letter);
    return sign === '*' ? /[A-Za-z0-9]/.test(letter) : sign === letter;
  };
  return signs.length === letters.length && signs.every((sign, index) => fits(sign, letters[index]));
}
