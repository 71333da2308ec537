import { describe, expect, it } from 'vitest';
import { isStale, staleObjects } from './live';

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

  it('of a ticket refreshes the open pages of customers and devices, not the choices of a search box', () => {
    const stale = new Set(staleObjects({ kind: 'ticket.created', object: 'ticket', object_id: '1', at: '' }));
    expect(isStale(['customer', 'full', '7'], stale)).toBe(true);
    expect(isStale(['device', 'full', '7'], stale)).toBe(true);
    expect(isStale(['ticket', 'list'], stale)).toBe(true);
    expect(isStale(['customer', 'options', 'a'], stale)).toBe(false);
  });
});
