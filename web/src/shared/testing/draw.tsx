/** Draws a piece of the app in a test, as a person sees it who is signed in, and takes it away afterwards. */
import { QueryClientProvider } from '@tanstack/react-query';
import { App } from 'antd';
import { act, type ReactNode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeAll, vi } from 'vitest';
import { queryClient } from '../api/query_client';
import type { Session } from '../api/types';
import { sessionQuery } from '../session';

export const SESSION: Session = {
  user: { id: 'u1', version: 1, name: '王工', login: 'wang', roles: ['admin'], permissions: {} },
  tenant: { id: 't1', slug: 'demo', name: '长青电梯', zone: 'Asia/Shanghai', currency: 'CNY' },
};

let root: Root | undefined;

beforeAll(() => {
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }));
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
});

afterEach(async () => {
  await act(async () => root?.unmount());
  root = undefined;
  document.body.replaceChildren();
});

/** Draws `node`, in place of what this test drew before. */
export async function draw(node: ReactNode): Promise<HTMLElement> {
  const box = document.querySelector<HTMLElement>('main') ?? document.createElement('main');
  document.body.append(box);
  queryClient.setQueryData(sessionQuery.queryKey, SESSION);
  await act(async () => {
    root ??= createRoot(box);
    root.render(
      <QueryClientProvider client={queryClient}>
        <App>{node}</App>
      </QueryClientProvider>,
    );
  });
  return box;
}
