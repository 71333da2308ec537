/** What the property editors know beside the field itself. */
import { createContext, useContext } from 'react';
import type { Catalogue, Label } from '@/shared/form_types';
import type { RoleInfo } from '../objects';

export interface Target {
  key: string;
  name: Label;
}

export interface Scope {
  /** The object whose fields are designed. */
  object: Target;
  /** The fields as they stand in the design, ready to be sent. */
  catalogue: Catalogue;
  /** What relations can lead to, this object among them. */
  targets: readonly Target[];
  roles: readonly RoleInfo[];
  currency: string;
}

export const ScopeContext = createContext<Scope>({
  object: { key: '', name: { zh: '', en: '' } },
  catalogue: { object: '', fields: [] },
  targets: [],
  roles: [],
  currency: 'CNY',
});

export function useScope(): Scope {
  return useContext(ScopeContext);
}
