import dayjs from 'dayjs';
import { act } from 'react';
import { expect, it } from 'vitest';
import { draw } from '../testing/draw';
import { FormDatePicker, FormTimePicker } from './moment_pickers';

it('Enter stays with the picker, whether it is open or not, and never sends the form around', async () => {
  const box = await draw(
    <form>
      <FormDatePicker value={dayjs('2026-03-01')} />
      <FormTimePicker value={dayjs('2026-03-01T08:30')} />
    </form>,
  );
  for (const input of box.querySelectorAll('input')) {
    // The first opens it, the second takes what stands there.
    for (let pressed = 0; pressed < 2; pressed += 1) {
      const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true });
      await act(async () => input.dispatchEvent(event));
      expect(event.defaultPrevented).toBe(true);
      expect(document.querySelector('.ant-picker-dropdown')).not.toBeNull();
    }
  }
});
