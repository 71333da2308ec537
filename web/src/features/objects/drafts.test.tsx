import { act } from 'react';
import { beforeEach, describe, expect, it } from 'vitest';
import { draw } from '@/shared/testing/draw';
import { readDraft, useDraft } from './drafts';

function Designer({ content }: { content: string }) {
  const forget = useDraft('car', content !== '旧', 1, '旧', content);
  return <button onClick={forget}>离开</button>;
}

const leavePage = () => act(async () => void window.dispatchEvent(new Event('pagehide')));
const kept = () => readDraft<string>('car')?.content;

describe('a draft', () => {
  beforeEach(() => localStorage.clear());

  it('is kept when the page goes away', async () => {
    await draw(<Designer content="新" />);
    await leavePage();
    expect(kept()).toBe('新');
  });

  it('is gone once somebody chose to leave, though the page still stands', async () => {
    const box = await draw(<Designer content="新" />);
    await leavePage();
    await act(async () => box.querySelector('button')?.click());
    expect(kept()).toBeUndefined();
    await leavePage();
    expect(kept()).toBeUndefined();
  });

  it('is not kept when nothing differs', async () => {
    await draw(<Designer content="旧" />);
    await leavePage();
    expect(kept()).toBeUndefined();
  });
});
