/** Chooses several of a list. */
import { Select, type SelectProps } from 'antd';
import type { DefaultOptionType } from 'antd/es/select';
import { useState, type KeyboardEvent } from 'react';

/**
 * Tab goes on to what comes next, and closes the list. The list itself would take Tab for a choice, and so take away
 * again what somebody just chose with the mouse.
 */
export function useTabLeaves() {
  const [open, setOpen] = useState(false);
  return {
    open,
    onOpenChange: setOpen,
    onInputKeyDown: (event: KeyboardEvent) => {
      // Where it is closed Tab does no harm here, and whoever stands around may wait for it, such as a cell of a list.
      if (event.key !== 'Tab' || !open) return;
      event.stopPropagation();
      setOpen(false);
    },
  };
}

export function MultiSelect<Value = string[], Option extends DefaultOptionType = DefaultOptionType>(
  props: Omit<SelectProps<Value, Option>, 'mode' | 'open' | 'onOpenChange' | 'onInputKeyDown'>,
) {
  return <Select<Value, Option> {...props} {...useTabLeaves()} mode="multiple" />;
}
