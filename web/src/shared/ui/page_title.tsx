import type { ReactNode } from 'react';
import { useSession } from '../session';
import { useDocumentTitle } from './use_document_title';

/** The heading of a staff page, after which the browser's tab is named too. */
export function PageTitle({
  name,
  hidden = false,
  children,
}: {
  name: string;
  /** Only heard, where the page shows by other means what it is. */
  hidden?: boolean;
  /** What the heading shows where that is not the name alone. */
  children?: ReactNode;
}) {
  const company = useSession().tenant.name;
  useDocumentTitle([name, company].filter(Boolean).join(' · '));
  return <h1 className={hidden ? 'visually-hidden' : undefined}>{children ?? name}</h1>;
}
