// Forms in the browser answer the vectors that they share with the server.

import { describe, expect, it } from 'vitest';

import vectorsJson from '../../../engines/forms/vectors/forms.json';
import { accept, hiddenFields, type Catalogue, type Form, type FormRecord, type FormScope } from './forms';

interface Vector {
  name: string;
  catalogue: string;
  form?: string;
  roles?: string[];
  at: string;
  before?: FormRecord;
  input: FormRecord;
  record: FormRecord;
  problems: [string, string][];
}

interface Vectors {
  catalogues: Record<string, Catalogue>;
  forms: Record<string, Form>;
  cases: Vector[];
}

const vectors = vectorsJson as unknown as Vectors;

function given(vector: Vector): [Catalogue, FormScope] {
  const catalogue = vectors.catalogues[vector.catalogue];
  if (catalogue === undefined) throw new Error(`there is no catalogue ${vector.catalogue}`);
  const form = vector.form === undefined ? undefined : vectors.forms[vector.form];
  return [catalogue, { roles: vector.roles ?? [], now: vector.at, ...(form && { form }) }];
}

describe('shared vectors', () => {
  it('are many', () => {
    expect(vectors.cases.length).toBeGreaterThanOrEqual(120);
  });

  it.each(vectors.cases.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const [catalogue, scope] = given(vector);
    const accepted = accept(catalogue, scope, vector.before, vector.input);
    expect(accepted.problems.map(({ pointer, code }) => [pointer, code])).toEqual(vector.problems);
    expect(accepted.record).toEqual(vector.record);
    if (vector.problems.length === 0) {
      expect(accept(catalogue, scope, vector.record, vector.record)).toEqual({ record: vector.record, problems: [] });
    }
  });
});

describe('forms while they are filled in', () => {
  const rules = vectors.catalogues['rules'] ?? { object: '', fields: [] };

  it('say which fields to hide', () => {
    const hidden = hiddenFields(rules, { result: 'passed', reason: 'x', priority: 4 }, '2026-07-01T00:00:00Z');
    expect([...hidden].toSorted()).toEqual(['detail', 'late', 'reason']);
  });

  it('give what translations need', () => {
    const { problems } = accept(
      rules,
      { roles: [], now: '2026-07-01T00:00:00Z' },
      {},
      { priority: 9, result: 'passed' },
    );
    expect(problems).toContainEqual({ pointer: '/priority', code: 'too_large', params: { max: 5 } });
  });

  it('take undefined for not sent', () => {
    const before = { result: 'passed' };
    const { record, problems } = accept(rules, { roles: [], now: new Date(0) }, before, {
      brand: undefined,
      extra: undefined,
    });
    expect({ record, problems }).toEqual({ record: before, problems: [] });
  });
});
