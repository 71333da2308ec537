/** The drawing that is being changed: kept on the server while people draw, checked there, with what is wrong marked on it. */
import { useCallback, useEffect, useEffectEvent, useMemo, useRef, useState, type RefObject } from 'react';
import { api, url } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import { queryClient } from '@/shared/api/query_client';
import { useUnsavedGuard } from '@/shared/fields/form_drawer';
import { useMessages } from '@/shared/i18n';
import { processQuery, type Process, type Verdict } from './catalogue';
import { fit, follow, loadModeler, type Diagram, type Element, type Expert } from './diagram/load';
import { drawFindings, unmanned } from './findings';
import { words } from './messages';

const SAVE_AFTER_MS = 1200;
/** Below this nobody reads the names of steps. */
const LEAST_ZOOM = 0.75;

export interface Drawing {
  diagram: Diagram | undefined;
  selected: Element | undefined;
  verdict: Verdict | undefined;
  state: 'saved' | 'unsaved' | 'saving';
  error: unknown;
  /** Somebody else saved in between. */
  conflict: boolean;
  expert: boolean;
  setExpert: (on: boolean) => void;
  save: () => Promise<boolean>;
  /** Selects an element and brings it into sight. */
  show: (id: string) => void;
  version: () => number;
  took: (process: Process) => void;
}

export function useDrawing(place: RefObject<HTMLDivElement | null>, process: Process, mayDraw: boolean): Drawing {
  const [diagram, setDiagram] = useState<Diagram>();
  const [selected, setSelected] = useState<Element>();
  const [verdict, setVerdict] = useState<Verdict>();
  const [state, setState] = useState<Drawing['state']>('saved');
  const [error, setError] = useState<unknown>();
  const [conflict, setConflict] = useState(false);
  const [expert, setExpertState] = useState(false);
  const [, redraw] = useState(0);
  const mode = useRef<Expert>({ on: false });
  const version = useRef(process.version);
  const stamp = useRef(0);
  const running = useRef<Promise<boolean>>(undefined);
  const t = useMessages(words);
  useUnsavedGuard(state !== 'saved' && !conflict);

  const check = async () => {
    setVerdict(await api.post<Verdict>(url('/api/v1/processes/{id}/check', { id: process.id })));
  };
  const took = useCallback((next: Process) => {
    version.current = next.version;
    queryClient.setQueryData(processQuery(next.id).queryKey, next);
    void queryClient.invalidateQueries({ queryKey: ['process', 'list'] });
    void queryClient.invalidateQueries({ queryKey: ['process', 'versions'] });
  }, []);
  const write = async (): Promise<boolean> => {
    if (!diagram) return false;
    const at = stamp.current;
    setState('saving');
    try {
      const { xml } = await diagram.saveXML({ format: true });
      const path = url('/api/v1/processes/{id}', { id: process.id });
      took(await api.patch<Process>(path, { draft: xml }, { version: version.current }));
      setError(undefined);
      setState(stamp.current === at ? 'saved' : 'unsaved');
      await check();
      return true;
    } catch (caught) {
      setState('unsaved');
      if (caught instanceof ApiError && (caught.status === 412 || caught.status === 409)) setConflict(true);
      else setError(caught);
      return false;
    }
  };
  /** Two saves at once would refuse each other; the second waits for the first. */
  const save = async (): Promise<boolean> => {
    await running.current;
    if (state === 'saved' && diagram && verdict) return true;
    running.current = write();
    return running.current;
  };
  const changed = useEffectEvent(() => {
    stamp.current += 1;
    setState('unsaved');
    redraw(stamp.current);
  });
  const autosave = useEffectEvent(() => void save());

  useEffect(() => {
    let gone = false;
    let made: Diagram | undefined;
    let unfollow: (() => void) | undefined;
    const show = async () => {
      if (!place.current) return;
      made = await loadModeler({ container: place.current }, mode.current);
      if (gone) return made.destroy();
      await made.importXML(process.draft);
      if (gone || !place.current) return;
      fit(made, LEAST_ZOOM);
      unfollow = follow(made, place.current, LEAST_ZOOM);
      const bus = made.get('eventBus');
      bus.on<{ newSelection: Element[] }>('selection.changed', ({ newSelection }) => {
        setSelected(newSelection.length === 1 ? newSelection[0] : undefined);
      });
      bus.on('commandStack.changed', () => changed());
      setDiagram(made);
      await check();
    };
    show().catch((caught: unknown) => setError(caught));
    return () => {
      gone = true;
      unfollow?.();
      made?.destroy();
      setDiagram(undefined);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- a drawing is read once; afterwards the tool holds it
  }, [process.id]);

  useEffect(() => {
    if (state !== 'unsaved' || conflict || !mayDraw) return undefined;
    const timer = setTimeout(autosave, SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  });

  // Legal, but nobody could ever take such a task.
  const shownVerdict = useMemo(
    () => diagram && verdict && { ...verdict, warnings: [...verdict.warnings, ...unmanned(diagram, t('nobody'))] },
    [diagram, verdict, t],
  );

  const show = (id: string) => {
    const element = diagram?.get('elementRegistry').get(id);
    if (!diagram || !element) return;
    diagram.get('canvas').scrollToElement(element, 80);
    diagram.get('selection').select(element);
  };
  const shown = useEffectEvent(show);
  useEffect(() => {
    if (!diagram || !shownVerdict) return undefined;
    return drawFindings(diagram, shownVerdict, shown);
  }, [diagram, shownVerdict]);

  return {
    diagram,
    selected,
    verdict: shownVerdict,
    state,
    error,
    conflict,
    expert,
    setExpert: (on) => {
      mode.current.on = on;
      setExpertState(on);
    },
    save,
    show,
    version: () => version.current,
    took,
  };
}
