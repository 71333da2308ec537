/** The state of the field designer: steps, the draft in the browser, saving, and what others saved meanwhile. */
import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { api } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Catalogue, Label } from '@/shared/form_types';
import { labelText, useLocale } from '@/shared/i18n';
import { fieldsQuery, type FieldsView } from '@/shared/objects/queries';
import { useSession } from '@/shared/session';
import { useDebounced } from '@/shared/ui/use_debounced';
import { catalogueOf, designOf, onTop, sameText, type Design } from '../design';
import { readDraft, useDraft } from '../drafts';
import { objectPath } from '../objects';
import { begin, redo, step, undo, type History } from '../undo';
import { browserDefects, fieldDefects, type Defect, type FieldDefect } from './defects';

interface Base {
  version: number;
  catalogue: Catalogue;
}

interface State {
  history: History<Design>;
  base: Base;
}

export interface FieldDesign {
  design: Design;
  catalogue: Catalogue;
  base: Base;
  dirty: boolean;
  /** When the draft that was found in the browser was last touched. */
  draftAt: number | undefined;
  /** Somebody chose to leave: nothing is kept. */
  forgetDraft: () => void;
  forgetDraftNote: () => void;
  change: (next: (design: Design) => Design, place?: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  discard: () => void;
  defects: readonly FieldDefect[];
  checking: boolean;
  saving: boolean;
  error: unknown;
  /** Answers whether it was saved. */
  save: () => Promise<boolean>;
  /** Somebody saved the fields since this design began. */
  behind: boolean;
  /** Puts this design on top of what was saved meanwhile; answers the names of fields that both changed. */
  merge: () => string[];
  takeTheirs: () => void;
  /** Takes over what the server has after a conversion. */
  adopt: (view: FieldsView) => void;
}

const baseOf = (view: FieldsView): Base => ({ version: view.version, catalogue: view.catalogue });

export function useFieldDesign(view: FieldsView): FieldDesign {
  const { object } = view;
  const locale = useLocale();
  const session = useSession();
  const name = `${session.tenant.slug}.${object}.fields`;
  const [found] = useState(() => readDraft<Catalogue>(name));
  const [draftAt, setDraftAt] = useState(found?.at);
  const [{ history, base }, setState] = useState<State>(() => ({
    history: begin(designOf(found?.content ?? view.catalogue)),
    base: found ? { version: found.version, catalogue: found.base } : baseOf(view),
  }));
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<unknown>();
  const [refused, setRefused] = useState<{ of: string; defects: Defect[] }>();
  const design = history.present;
  const catalogue = useMemo(() => catalogueOf(object, design), [object, design]);
  const text = useMemo(() => sameText(catalogue), [catalogue]);
  const stored = useMemo(() => sameText(catalogueOf(object, designOf(base.catalogue))), [object, base]);
  const dirty = text !== stored;
  const behind = view.version > base.version;

  // Who has nothing of their own on the board sees what others save at once.
  if (behind && !dirty) {
    setState((old) => ({ history: begin(designOf(view.catalogue, old.history.present.entries)), base: baseOf(view) }));
  }

  const forgetDraft = useDraft(name, dirty, base.version, base.catalogue, catalogue);

  const settled = useDebounced(text, 400);
  const checked = useQuery({
    queryKey: ['fields-check', object, settled],
    queryFn: async ({ signal }) => {
      const body = { catalogue: JSON.parse(settled) as Catalogue };
      return (await api.post<{ defects: Defect[] }>(objectPath(object, '/fields/check'), body, { signal })).defects;
    },
    enabled: dirty && settled === text,
    staleTime: 60_000,
    retry: false,
  });

  const defects = useMemo(() => {
    const keys = design.entries.map((entry) => entry.key);
    // Pointers count fields, so that an answer about other fields would point at the wrong ones.
    const server = settled === text ? (checked.data ?? []) : [];
    const told = refused?.of === text ? refused.defects : [];
    const say = (label: Label) => labelText(label, locale);
    return fieldDefects([...browserDefects(catalogue), ...server, ...told], keys, catalogue, say);
  }, [design, catalogue, checked.data, settled, text, refused, locale]);

  const change = useCallback((next: (design: Design) => Design, place?: string) => {
    setState((old) => ({ ...old, history: step(old.history, next(old.history.present), place) }));
  }, []);

  const adopt = useCallback((fresh: FieldsView) => {
    queryClient.setQueryData(fieldsQuery(fresh.object).queryKey, fresh);
    setState((old) => ({
      history: begin(designOf(fresh.catalogue, old.history.present.entries)),
      base: baseOf(fresh),
    }));
  }, []);

  const save = async (): Promise<boolean> => {
    setSaving(true);
    setError(undefined);
    try {
      const fresh = await api.put<FieldsView>(objectPath(object, '/fields'), { catalogue }, { version: base.version });
      queryClient.setQueryData(fieldsQuery(object).queryKey, fresh);
      setState((old) => ({
        // The steps stay, so that what was saved can still be taken back.
        history: old.history,
        base: baseOf(fresh),
      }));
      setDraftAt(undefined);
      void queryClient.invalidateQueries({ queryKey: ['object', 'list'] });
      return true;
    } catch (caught) {
      const errors = caught instanceof ApiError ? caught.errors : [];
      if (caught instanceof ApiError && caught.status === 412) {
        await queryClient.invalidateQueries({ queryKey: fieldsQuery(object).queryKey });
      } else if (errors.length > 0) {
        const mine = errors.map((one) => ({ ...one, pointer: one.pointer.replace(/^\/catalogue/, '') }));
        setRefused({ of: text, defects: mine });
      }
      setError(caught);
      return false;
    } finally {
      setSaving(false);
    }
  };

  const move = (to: (history: History<Design>) => History<Design>) =>
    setState((old) => ({ ...old, history: to(old.history) }));

  return {
    design,
    catalogue,
    base,
    dirty,
    draftAt,
    forgetDraft,
    forgetDraftNote: () => setDraftAt(undefined),
    change,
    undo: history.past.length > 0 ? () => move(undo) : undefined,
    redo: history.future.length > 0 ? () => move(redo) : undefined,
    discard: () => {
      change((old) => designOf(base.catalogue, old.entries));
      setDraftAt(undefined);
      setError(undefined);
    },
    defects,
    checking: dirty && (settled !== text || checked.isFetching),
    saving,
    error,
    save,
    behind: behind && dirty,
    merge: () => {
      const { catalogue: merged, clashes } = onTop(base.catalogue, catalogue, view.catalogue);
      setState((old) => ({
        history: step(old.history, designOf(merged, old.history.present.entries)),
        base: baseOf(view),
      }));
      setError(undefined);
      return clashes.map((id) => {
        const field = merged.fields.find((one) => one.id === id);
        return field ? labelText(field.label, locale) : '';
      });
    },
    takeTheirs: () => {
      adopt(view);
      setDraftAt(undefined);
      setError(undefined);
    },
    adopt,
  };
}
