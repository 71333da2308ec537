import { useQuery } from '@tanstack/react-query';
import { DocumentsPanel, type ShownFile } from '@/features/devices/documents_panel';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';

/** Manuals and drawings of a product; every device of it shows them. */
export default function ProductDocuments({ id, editable }: { id: string; editable: boolean }) {
  const path = `/api/v1/products/${id}/documents`;
  const documents = useQuery({
    queryKey: ['product', 'documents', id],
    queryFn: ({ signal }) => api.get<ShownFile[]>(path, undefined, { signal }),
  });
  return (
    <DocumentsPanel
      path={path}
      documents={documents.data ?? []}
      editable={editable}
      onChanged={() => void queryClient.invalidateQueries({ queryKey: ['product'] })}
    />
  );
}
