import type { ReactNode } from 'react';

/** An empty place that says what it is for and offers the first step. */
export function EmptyState({ title, hint, action }: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="stack" style={{ alignItems: 'center', padding: '40px 16px', textAlign: 'center' }}>
      <svg
        width="56"
        height="44"
        viewBox="0 0 56 44"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        opacity="0.35"
      >
        <rect x="5" y="9" width="46" height="30" rx="4" strokeWidth="2" />
        <path d="M5 25h13l4 6h12l4-6h13" strokeWidth="2" />
      </svg>
      <p style={{ fontWeight: 600 }}>{title}</p>
      {hint && <p className="muted">{hint}</p>}
      {action}
    </div>
  );
}
