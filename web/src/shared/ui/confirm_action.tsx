import { lazy, Suspense, useState, type ReactNode } from 'react';

// The dialog brings the form with it; a page that asks nothing yet doesn't need either.
const ConfirmDialog = lazy(() => import('./confirm_dialog'));

export interface ConfirmActionProps {
  open: boolean;
  title: string;
  /** What will happen. */
  text?: ReactNode;
  okText?: string;
  danger?: boolean;
  /** Asks for a reason and hands it to `onConfirm`. */
  reason?: boolean;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

/** Asks before something happens; the dialog loads the first time it is wanted. */
export function ConfirmAction(props: ConfirmActionProps) {
  const [wanted, setWanted] = useState(props.open);
  if (props.open && !wanted) setWanted(true);
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <ConfirmDialog {...props} />
    </Suspense>
  );
}
