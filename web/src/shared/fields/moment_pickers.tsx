/** Pickers of days and times for forms. */
import { DatePicker, TimePicker, type DatePickerProps, type TimePickerProps } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState, type KeyboardEvent } from 'react';

/**
 * Enter opens a picker, and takes what was typed or pointed at; it is never meant for the form around. The picker leaves
 * the key to the browser as well, which would send the form off half filled in.
 */
function useOwnEnter() {
  const [open, setOpen] = useState(false);
  return {
    open,
    onOpenChange: setOpen,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      if (!open) setOpen(true);
    },
  };
}

export function FormDatePicker(props: Omit<DatePickerProps<Dayjs, false>, 'open' | 'onOpenChange' | 'onKeyDown'>) {
  return <DatePicker {...props} {...useOwnEnter()} />;
}

export function FormTimePicker(props: Omit<TimePickerProps, 'open' | 'onOpenChange' | 'onKeyDown'>) {
  return <TimePicker {...props} {...useOwnEnter()} />;
}
