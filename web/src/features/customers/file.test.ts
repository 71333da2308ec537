import { expect, it } from 'vitest';
import { sectionsFor, SECTIONS, type CustomerLayout } from './file';

const layout: CustomerLayout = {
  version: 3,
  updated_at: null,
  sections: [...SECTIONS],
  roles: { agent: ['tickets', 'profile'], finance: ['money'] },
  default: ['profile', 'timeline', 'something_new'],
};

it('the first of a person’s roles that has a layout decides the order of sections', () => {
  expect(sectionsFor(layout, ['viewer', 'finance', 'agent'])).toEqual(['money']);
  expect(sectionsFor(layout, ['agent'])).toEqual(['tickets', 'profile']);
});

it('everybody else sees the layout for all, without sections this page doesn’t know', () => {
  expect(sectionsFor(layout, ['viewer'])).toEqual(['profile', 'timeline']);
  expect(sectionsFor(undefined, [])).toEqual(SECTIONS);
});
