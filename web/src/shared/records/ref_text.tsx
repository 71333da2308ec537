import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCan } from '../session';
import { readTogether } from './read_together';
import { relationOf, type RelationName } from './relations';

export function useRelated(of: RelationName, id: string | null | undefined) {
  const relation = relationOf(of);
  const can = useCan();
  const allowed = relation.permission === undefined || can(relation.permission);
  return useQuery({
    queryKey: [of, 'one', id],
    queryFn: () => readTogether(of, id ?? ''),
    enabled: Boolean(id) && allowed,
    staleTime: 300_000,
  });
}

/** The name of the record that an id points to, as a link where it has a page. */
export function RefText({
  of,
  id,
  plain = false,
}: {
  of: RelationName;
  id: string | null | undefined;
  plain?: boolean;
}) {
  const relation = relationOf(of);
  const { data, isPending, isError } = useRelated(of, id);
  if (!id || isError) return <span className="muted">—</span>;
  if (!data) return <span className="muted">{isPending ? '…' : '—'}</span>;
  const label = relation.label(data);
  return relation.page && !plain ? <Link to={relation.page(id)}>{label}</Link> : <span>{label}</span>;
}
