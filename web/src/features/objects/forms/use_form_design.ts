/** The state of the form designer: steps, the draft in the browser, saving, publishing, and what others saved meanwhile. */
import { useCallback, useMemo, useState } from 'react';
import { api, url } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import type { Catalogue, Form, Label } from '@/shared/form_types';
import { labelText, useLocale } from '@/shared/i18n';
import { formQuery, formsQuery, type FormView as StoredForm } from '@/shared/objects/queries';
import { useSession } from '@/shared/session';
import { sameText } from '../design';
import { readDraft, useDraft } from '../drafts';
import { defectLabel, type Defect, type FieldDefect } from '../fields/defects';
import { begin, redo, step, undo, type History } from '../undo';
import { formDefects } from './form_defects';
import { formDesignOf, formOf, nodeAt, type FormDesign } from './form_tree';

interface State {
  history: History<FormDesign>;
  base: { version: number; form: Form };
}

export function useFormDesign(stored: StoredForm, catalogue: Catalogue) {
  const locale = useLocale();
  const session = useSession();
  const name = `${session.tenant.slug}.form.${stored.id}`;
  const [found] = useState(() => readDraft<Form>(name));
  const [draftAt, setDraftAt] = useState(found?.at);
  const [{ history, base }, setState] = useState<State>(() => ({
    history: begin(formDesignOf(found?.content ?? stored.form)),
    base: { version: found?.version ?? stored.version, form: found?.base ?? stored.form },
  }));
  const [busy, setBusy] = useState<'save' | 'publish'>();
  const [error, setError] = useState<unknown>();
  const [refused, setRefused] = useState<{ of: string; defects: Defect[] }>();
  const design = history.present;
  const form = useMemo(() => formOf(design, stored.id, base.form.version), [design, stored.id, base]);
  const text = useMemo(() => sameText(form), [form]);
  const before = useMemo(
    () => sameText(formOf(formDesignOf(base.form), stored.id, base.form.version)),
    [stored.id, base],
  );
  const dirty = text !== before;
  const behind = stored.version > base.version;
  if (behind && !dirty) {
    setState({ history: begin(formDesignOf(stored.form)), base: { version: stored.version, form: stored.form } });
  }

  const forgetDraft = useDraft(name, dirty, base.version, base.form, form);

  const defects = useMemo((): FieldDefect[] => {
    const say = (label: Label) => labelText(label, locale);
    const all = [...formDefects(form, catalogue), ...(refused?.of === text ? refused.defects : [])];
    const seen = new Set<string>();
    return all.flatMap((defect) => {
      const node = nodeAt(design, defect.pointer);
      const one = { ...(node ? { key: node.key } : {}), at: node?.at ?? defect.pointer, code: defect.code };
      const told = say(defectLabel(defect));
      const mark = `${node?.key ?? ''} ${told}`;
      if (seen.has(mark)) return [];
      seen.add(mark);
      return [{ ...one, text: told }];
    });
  }, [form, catalogue, refused, text, design, locale]);

  const change = useCallback((next: (design: FormDesign) => FormDesign, place?: string) => {
    setState((old) => ({ ...old, history: step(old.history, next(old.history.present), place) }));
  }, []);

  const take = (fresh: StoredForm) => {
    queryClient.setQueryData(formQuery(stored.id).queryKey, fresh);
    setState((old) => ({ ...old, base: { version: fresh.version, form: fresh.form } }));
    setDraftAt(undefined);
    void queryClient.invalidateQueries({ queryKey: formsQuery(stored.object).queryKey });
  };
  const fail = async (caught: unknown) => {
    if (caught instanceof ApiError && caught.status === 412) {
      await queryClient.invalidateQueries({ queryKey: formQuery(stored.id).queryKey });
    } else if (caught instanceof ApiError && caught.errors.length > 0) {
      const mine = caught.errors.map((one) => ({ ...one, pointer: one.pointer.replace(/^\/form/, '') }));
      setRefused({ of: text, defects: mine });
    }
    setError(caught);
  };
  const put = async (): Promise<StoredForm> => {
    const fresh = await api.put<StoredForm>(
      url('/api/v1/forms/{id}', { id: stored.id }),
      { form },
      { version: base.version },
    );
    take(fresh);
    return fresh;
  };
  const run = async (what: 'save' | 'publish', work: () => Promise<StoredForm>): Promise<StoredForm> => {
    setBusy(what);
    setError(undefined);
    try {
      return await work();
    } catch (caught) {
      await fail(caught);
      throw caught;
    } finally {
      setBusy(undefined);
    }
  };
  const move = (to: (history: History<FormDesign>) => History<FormDesign>) =>
    setState((old) => ({ ...old, history: to(old.history) }));

  return {
    design,
    form,
    dirty,
    draftAt,
    forgetDraft,
    forgetDraftNote: () => setDraftAt(undefined),
    change,
    undo: history.past.length > 0 ? () => move(undo) : undefined,
    redo: history.future.length > 0 ? () => move(redo) : undefined,
    discard: () => {
      change(() => formDesignOf(base.form));
      setDraftAt(undefined);
      setError(undefined);
    },
    defects,
    busy,
    error,
    /** Answers whether it was saved. */
    save: () =>
      run('save', put).then(
        () => true,
        () => false,
      ),
    /** Saves what is on the board first; fails as the server did. */
    publish: () =>
      run('publish', async () => {
        const { version } = dirty ? await put() : base;
        const path = url('/api/v1/forms/{id}/publish', { id: stored.id });
        const fresh = await api.post<StoredForm>(path, undefined, { version });
        take(fresh);
        void queryClient.invalidateQueries({ queryKey: ['object', 'form', stored.id] });
        return fresh;
      }),
    behind: behind && dirty,
    overwrite: () => {
      setState((old) => ({ ...old, base: { version: stored.version, form: stored.form } }));
      setError(undefined);
    },
    takeTheirs: () => {
      setState({ history: begin(formDesignOf(stored.form)), base: { version: stored.version, form: stored.form } });
      setDraftAt(undefined);
      setError(undefined);
    },
  };
}

export type FormWork = ReturnType<typeof useFormDesign>;
