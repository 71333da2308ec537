import { describe, expect, it } from 'vitest';
import { staleObjects } from './live';

describe('a live event', () => {
  it('refreshes its object, its parent and what shows them under another name', () => {
    const stale = staleObjects({
      kind: 'visit.checked_in',
      object: 'visit',
      object_id: '1',
      parent: { object: 'ticket', id: '2' },
      at: '',
    });
    expect(stale).toEqual(expect.arrayContaining(['visit', 'ticket', 'dispatch', 'cockpit', 'field']));
  });

  it('of an unknown object refreshes only that', () => {
    expect(staleObjects({ kind: 'x.made', object: 'x', at: '' })).toEqual(['x']);
  });
});
