import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { objectsQuery } from '../objects/queries';
import { useCan } from '../session';
import { readTogether } from './read_together';
import { ownObject, relationOf, type AnyRecord, type RelationName } from './relations';

/** Whether the person may look up records of that kind; asking for others would only be refused. */
export function useMayRead(of: RelationName): boolean {
  const { permission } = relationOf(of);
  const key = ownObject(of);
  const can = useCan();
  const objects = useQuery({ ...objectsQuery, enabled: key !== undefined });
  if (key !== undefined) return objects.data?.find((info) => info.key === key)?.may.read === true;
  return permission === undefined || can(permission);
}

export function useRelated(of: RelationName, id: string | null | undefined) {
  const allowed = useMayRead(of);
  return useQuery({
    queryKey: [of, 'one', id],
    queryFn: () => readTogether(of, id ?? ''),
    enabled: Boolean(id) && allowed,
    staleTime: 300_000,
  });
}

/** All of these records that could be read. */
export function useRelatedAll(of: RelationName, ids: readonly string[]): AnyRecord[] {
  const allowed = useMayRead(of);
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: [of, 'one', id],
      queryFn: () => readTogether(of, id),
      enabled: allowed,
      staleTime: 300_000,
    })),
    combine: (answers) => answers.flatMap((answer) => (answer.data ? [answer.data] : [])),
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
  const page = relation.page?.(id) ?? relation.home?.(data);
  return page !== undefined && !plain ? <Link to={page}>{label}</Link> : <span>{label}</span>;
}
