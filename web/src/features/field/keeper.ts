/** Files of forms on the phone: kept at once, shown from there, sent with the form they belong to. */
import { useEffect, useMemo } from 'react';
import { MOST_BYTES, shrink } from '@/shared/media/picture';
import type { FileKeeper, KeptFile } from '@/shared/form_view/scope';
import { useSync } from './context';
import type { StoredPicture } from './queue/commands';
import type { FieldSync } from './queue/sync';

const faceOf = ({ id, name, type, bytes }: StoredPicture) => ({
  id,
  name,
  media_type: type || 'application/octet-stream',
  size: bytes.byteLength,
});

class Keeper implements FileKeeper {
  private readonly addresses = new Map<string, string>();

  constructor(private readonly sync: FieldSync) {}

  keep = async (file: Blob, name: string) => {
    // Photos of today's phones are larger than anybody needs, and wait for a narrow network.
    const large = file.type.startsWith('image/') && file.size > MOST_BYTES;
    const taken = large ? await shrink(file).catch(() => file) : file;
    const bytes = await taken.arrayBuffer();
    return faceOf(await this.sync.keep({ bytes, type: taken.type, name }));
  };

  find = async (id: string): Promise<KeptFile | undefined> => {
    const found = await this.sync.kept(id);
    if (!found) return undefined;
    const address = this.addresses.get(id) ?? URL.createObjectURL(new Blob([found.bytes], { type: found.type }));
    this.addresses.set(id, address);
    const safe_inline = /^(image|audio|video)\//.test(found.type) && found.type !== 'image/svg+xml';
    return { ...faceOf(found), safe_inline, address };
  };

  close(): void {
    for (const address of this.addresses.values()) URL.revokeObjectURL(address);
    this.addresses.clear();
  }
}

export function useFileKeeper(): FileKeeper {
  const sync = useSync();
  const keeper = useMemo(() => new Keeper(sync), [sync]);
  useEffect(() => () => keeper.close(), [keeper]);
  return keeper;
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The ids in these values that name files on this phone. */
export async function keptIn(sync: FieldSync, values: unknown): Promise<string[]> {
  const texts = [...new Set(textsIn(values))];
  const found = await Promise.all(texts.map(async (id) => ((await sync.kept(id)) ? [id] : [])));
  return found.flat();
}
