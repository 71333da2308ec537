import { useEffect } from 'react';

/** What the browser's tab says while something is shown; afterwards it says again what it said before. */
export function useDocumentTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
