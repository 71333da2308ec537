/** Keys and ids from names, so that nobody has to invent one. */
import type { Label } from '@/shared/form_types';

const LONGEST = 40;

/** `Plate number` → `plate_number`; empty when nothing of the text can stand in an id. */
export function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const words = plain.replace(/[^a-z0-9]+/g, '_').replace(/^[_0-9]+|_+$/g, '');
  return words.slice(0, LONGEST).replace(/_+$/, '');
}

/** `车牌号` → `che_pai_hao`. The dictionary is large, so that it loads when it is first wanted. */
async function romanised(text: string): Promise<string> {
  const { pinyin } = await import('pinyin-pro');
  return slug(pinyin(text, { toneType: 'none', type: 'array', nonZh: 'consecutive', v: true }).join(' '));
}

/** An id for what has this name: from its English name, else from the sound of its Chinese one. */
export async function suggestId(name: Label): Promise<string> {
  const english = slug(name.en);
  if (english !== '' || name.zh.trim() === '') return english;
  return romanised(name.zh);
}

/** The id itself, or with the first number behind it that nobody has taken. */
export function freeId(wanted: string, taken: Iterable<string>): string {
  const all = new Set(taken);
  const base = wanted === '' ? 'field' : wanted;
  if (!all.has(base)) return base;
  for (let count = 2; ; count += 1) {
    const end = `_${count}`;
    const id = base.slice(0, LONGEST - end.length) + end;
    if (!all.has(id)) return id;
  }
}

/** `VE` for `vehicle`, as the server would choose it. */
export function prefixOf(key: string): string {
  return key
    .replace(/[^a-z]/g, '')
    .slice(0, 2)
    .toUpperCase();
}
