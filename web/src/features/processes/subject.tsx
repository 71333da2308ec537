/** The record that a process runs for, as a link. */
import { relationFor } from '@/shared/records/relations';
import { RefText } from '@/shared/records/ref_text';

export function Subject({ object, id }: { object: string | null; id: string | null }) {
  if (!object || !id) return <span className="muted">—</span>;
  return <RefText of={relationFor(object.replace(/^record:/, ''))} id={id} />;
}
