import { act, useState, type KeyboardEvent as Key } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { draw } from '../testing/draw';
import { MultiSelect } from './multi_select';

const OPTIONS = ['电气', '机械', '安全'].map((name) => ({ value: name, label: name }));

function Chosen({ onKeyDown }: { onKeyDown: (event: Key) => void }) {
  const [value, setValue] = useState<string[]>([]);
  return (
    <div role="group" onKeyDown={onKeyDown}>
      <MultiSelect aria-label="类别" value={value} options={OPTIONS} onChange={setValue} />
      <output>{value.join(',')}</output>
    </div>
  );
}

describe('choosing several', () => {
  it('Tab goes on to the next field and leaves what was chosen', async () => {
    const around = vi.fn();
    const box = await draw(<Chosen onKeyDown={around} />);
    const input = box.querySelector('input');
    const press = async (key: string, keyCode: number) => {
      const event = new KeyboardEvent('keydown', { key, keyCode, bubbles: true, cancelable: true });
      await act(async () => input?.dispatchEvent(event));
      return event;
    };
    await act(async () => input?.dispatchEvent(new MouseEvent('mousedown', { bubbles: true })));
    const option = document.querySelectorAll<HTMLElement>('.ant-select-item-option')[1];
    await act(async () => option?.dispatchEvent(new MouseEvent('mousemove', { bubbles: true })));
    await act(async () => option?.click());
    expect(box.querySelector('output')?.textContent).toBe('机械');
    const tab = await press('Tab', 9);
    expect(tab.defaultPrevented).toBe(false);
    expect(box.querySelector('output')?.textContent).toBe('机械');
    expect(input?.getAttribute('aria-expanded')).toBe('false');
    // Closed, it leaves Tab to what stands around, such as a cell that is edited.
    expect(around).not.toHaveBeenCalled();
    await press('Tab', 9);
    expect(around).toHaveBeenCalledOnce();
    // Enter is what chooses, and takes away.
    await press('Enter', 13);
    input?.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
    expect(input?.getAttribute('aria-expanded')).toBe('true');
    await press('Enter', 13);
    expect(box.querySelector('output')?.textContent).toBe('');
  });
});
