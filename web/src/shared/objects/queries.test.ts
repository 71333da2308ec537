import { describe, expect, it } from 'vitest';
import { offeredForms, type FormInfo } from './queries';

const form = (id: string, more: Partial<FormInfo> = {}): FormInfo => ({
  id,
  name: { zh: id, en: id },
  channel: 'staff',
  roles: [],
  version: 2,
  published_version: 1,
  archived_at: null,
  updated_at: '2026-11-01T00:00:00Z',
  ...more,
});

describe('the forms that somebody at a desk is offered', () => {
  const all = [
    form('general'),
    form('draft', { published_version: null }),
    form('away', { archived_at: '2026-11-02T00:00:00Z' }),
    form('phone', { channel: 'engineer' }),
    form('sales', { roles: ['sales'] }),
    form('short'),
  ];
  const ids = (roles: string[]) => offeredForms(all, roles).map((one) => one.id);

  it('are in use, for desks, and those that name a role of theirs come first', () => {
    expect(ids(['sales', 'agent'])).toEqual(['sales', 'general', 'short']);
  });

  it('leave out what is for others, also for whoever manages forms', () => {
    expect(ids(['admin'])).toEqual(['general', 'short']);
  });
});
