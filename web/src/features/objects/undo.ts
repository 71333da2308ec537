/** Steps that can be taken back and forth again. */

export interface History<State> {
  past: readonly State[];
  present: State;
  future: readonly State[];
  /** What the last step changed and when; typing on in the same place belongs to the same step. */
  last?: { place: string; at: number };
}

const MOST_STEPS = 200;
const SAME_STEP_MS = 1500;

export function begin<State>(present: State): History<State> {
  return { past: [], present, future: [] };
}

/** One step on. Steps of the same `place` soon after each other are taken back together. */
export function step<State>(history: History<State>, next: State, place = '', at = Date.now()): History<State> {
  if (next === history.present) return history;
  const { last } = history;
  const together = place !== '' && last?.place === place && at - last.at < SAME_STEP_MS && history.future.length === 0;
  const past = together ? history.past : [...history.past, history.present].slice(-MOST_STEPS);
  return { past, present: next, future: [], last: { place, at } };
}

export function undo<State>(history: History<State>): History<State> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future] };
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future };
}
