import { act, useState } from 'react';
import { describe, expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { MultiSelect } from './multi_select';

const OPTIONS = ['电气', '机械', '安全'].map((name) => ({ value: name, label: name }));

function Chosen() {
  const [value, setValue] = useState<string[]>([]);
  return (
    <>
      <MultiSelect aria-label="类别" value={value} options={OPTIONS} onChange={setValue} />
      <output>{value.join(',')}</output>
    </>
  );
}

describe('choosing several', () => {
  it('Tab goes on to the next field and leaves what was chosen', async () => {
    const box = await draw(<Chosen />);
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
    // Enter is what chooses, and takes away.
    await press('Enter', 13);
    input?.dispatchEvent(new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
    expect(input?.getAttribute('aria-expanded')).toBe('true');
    await press('Enter', 13);
    expect(box.querySelector('output')?.textContent).toBe('');
  });
});
