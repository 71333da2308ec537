/** What the tools do, when they can, and when they show as pressed. */
import { lift, setBlockType, toggleMark, wrapIn } from 'prosemirror-commands';
import type { MarkType, NodeType } from 'prosemirror-model';
import { liftListItem, wrapRangeInList } from 'prosemirror-schema-list';
import type { Command, EditorState, Transaction } from 'prosemirror-state';
import { schema } from './schema';

export interface Toggle {
  run: Command;
  isOn: (state: EditorState) => boolean;
}

function hasMark(state: EditorState, type: MarkType): boolean {
  const { from, to, empty, $from } = state.selection;
  if (empty) return type.isInSet(state.storedMarks ?? $from.marks()) !== undefined;
  return state.doc.rangeHasMark(from, to, type);
}

const mark = (type: MarkType): Toggle => ({ run: toggleMark(type), isOn: (state) => hasMark(state, type) });

/** How deep the nearest of `types` around the selection stands; 0 where there is none. */
function depthOf(state: EditorState, ...types: NodeType[]): number {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) if (types.includes($from.node(depth).type)) return depth;
  return 0;
}

const { nodes, marks } = schema;

/** Makes a list, turns one kind of list into the other, or takes the list away. */
function list(type: NodeType): Toggle {
  const isOn = (state: EditorState) => {
    const depth = depthOf(state, nodes.bullet_list, nodes.ordered_list);
    return depth > 0 && state.selection.$from.node(depth).type === type;
  };
  const run: Command = (state, dispatch, view) => {
    if (isOn(state)) return liftListItem(nodes.list_item)(state, dispatch, view);
    const depth = depthOf(state, nodes.bullet_list, nodes.ordered_list);
    if (depth > 0) {
      dispatch?.(state.tr.setNodeMarkup(state.selection.$from.before(depth), type));
      return true;
    }
    // The items of a list are paragraphs.
    const { $from, $to } = state.selection;
    const change: Transaction = state.tr;
    change.setBlockType($from.pos, $to.pos, nodes.paragraph);
    const range = change.doc.resolve($from.pos).blockRange(change.doc.resolve($to.pos));
    if (!range || !wrapRangeInList(change, range, type)) return false;
    dispatch?.(change.scrollIntoView());
    return true;
  };
  return { run, isOn };
}

const isQuoted = (state: EditorState): boolean => depthOf(state, nodes.blockquote) > 0;

export const toggle = {
  bold: mark(marks.strong),
  italic: mark(marks.em),
  strike: mark(marks.strike),
  link: mark(marks.link),
  bullets: list(nodes.bullet_list),
  numbers: list(nodes.ordered_list),
  quote: {
    run: (state, dispatch, view) =>
      isQuoted(state) ? lift(state, dispatch) : wrapIn(nodes.blockquote)(state, dispatch, view),
    isOn: isQuoted,
  } satisfies Toggle,
};

/** 0 for text, else the level of the heading; undefined where the selection stands in neither. */
export function levelAt(state: EditorState): number | undefined {
  const { parent } = state.selection.$from;
  if (parent.type === nodes.heading) return parent.attrs.level as number;
  return parent.type === nodes.paragraph ? 0 : undefined;
}

export const setLevel = (level: number): Command =>
  level === 0 ? setBlockType(nodes.paragraph) : setBlockType(nodes.heading, { level });

/** The whole link that the selection begins in. */
function linkAround(state: EditorState): { from: number; to: number; href: string } | undefined {
  const { $from } = state.selection;
  const at = $from.parent.childAfter($from.parentOffset);
  const here = [at, $from.parent.childBefore($from.parentOffset)].find(
    (one) => one.node !== null && marks.link.isInSet(one.node.marks) !== undefined,
  );
  const found = here?.node && marks.link.isInSet(here.node.marks);
  if (!here?.node || !found) return undefined;
  let { index, offset } = here;
  const has = (node: (typeof here)['node'] | undefined) =>
    node !== null && node !== undefined && found.isInSet(node.marks);
  const { parent } = $from;
  let to = offset + here.node.nodeSize;
  for (let next = index + 1; next < parent.childCount && has(parent.child(next)); next += 1) {
    to += parent.child(next).nodeSize;
  }
  while (index > 0 && has(parent.child(index - 1))) {
    index -= 1;
    offset -= parent.child(index).nodeSize;
  }
  const start = $from.start();
  return { from: start + offset, to: start + to, href: found.attrs.href as string };
}

export function hrefAt(state: EditorState): string {
  return linkAround(state)?.href ?? '';
}

/** Makes the selection, or the link around it, lead to `href`; without text it writes the address itself. */
export function setLink(href: string): Command {
  return (state, dispatch) => {
    const around = linkAround(state);
    const { from, to, empty } = state.selection;
    const link = marks.link.create({ href: href.replaceAll(' ', '%20') });
    const change = state.tr;
    if (around) change.removeMark(around.from, around.to, marks.link).addMark(around.from, around.to, link);
    else if (empty) change.replaceSelectionWith(schema.text(href, [link]), false);
    else change.addMark(from, to, link);
    dispatch?.(change.removeStoredMark(marks.link).scrollIntoView());
    return true;
  };
}

export const removeLink: Command = (state, dispatch) => {
  const around = linkAround(state);
  const { from, to } = state.selection;
  dispatch?.(state.tr.removeMark(around?.from ?? from, around?.to ?? to, marks.link));
  return true;
};
