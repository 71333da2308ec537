/** Writes rich text as it will look. It loads with the first field of its kind that somebody fills in. */
import { baseKeymap, chainCommands, exitCode } from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import {
  inputRules,
  textblockTypeInputRule,
  undoInputRule,
  wrappingInputRule,
  type InputRule,
} from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, sinkListItem, splitListItem } from 'prosemirror-schema-list';
import { EditorState, type Command, type Plugin } from 'prosemirror-state';
import { EditorView } from 'prosemirror-view';
import { useEffect, useRef, useState } from 'react';
import type { MarkdownTools } from '../markdown';
import type { InputProps } from '../types';
import { toggle } from './commands';
import { schema } from './schema';
import { readRich, writeRich } from './text';
import { Toolbar } from './toolbar';

const { nodes } = schema;

const lineBreak: Command = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
};

/** What people who know Markdown type anyway. */
function rules(): InputRule[] {
  return [
    textblockTypeInputRule(/^(#{1,3})\s$/, nodes.heading, (found) => ({ level: found[1]?.length ?? 1 })),
    wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
    wrappingInputRule(
      /^(\d{1,9})[.、]\s?$/,
      nodes.ordered_list,
      (found) => ({ order: Number(found[1]) }),
      (found, node) => node.childCount + (node.attrs.order as number) === Number(found[1]),
    ),
    wrappingInputRule(/^\s*>\s$/, nodes.blockquote),
  ];
}

function plugins(openLink: () => void): Plugin[] {
  const link: Command = (state, dispatch) => {
    if (dispatch) openLink();
    return !state.selection.empty || toggle.link.isOn(state);
  };
  return [
    inputRules({ rules: rules() }),
    keymap({
      'Mod-z': undo,
      'Mod-y': redo,
      'Shift-Mod-z': redo,
      'Mod-b': toggle.bold.run,
      'Mod-i': toggle.italic.run,
      'Mod-k': link,
      // Tab leaves the field, as everywhere in a form.
      'Mod-]': sinkListItem(nodes.list_item),
      'Mod-[': liftListItem(nodes.list_item),
      Backspace: undoInputRule,
      Enter: splitListItem(nodes.list_item),
      'Shift-Enter': chainCommands(exitCode, lineBreak),
    }),
    keymap(baseKeymap),
    history(),
  ];
}

interface EditorProps extends InputProps<string> {
  tools: MarkdownTools;
}

export default function RichEditor({ tools, ...props }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  const [begun] = useState(props.value ?? '');
  /** The text that the document says, or that it was read from. */
  const said = useRef(begun);
  const [linking, setLinking] = useState(false);
  const [state, setState] = useState<EditorState>(() =>
    EditorState.create({ doc: readRich(begun, tools), plugins: plugins(() => setLinking(true)) }),
  );
  const first = useRef(state);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const place = host.current;
    if (!place) return undefined;
    const own = new EditorView(place, {
      state: first.current,
      editable: () => !latest.current.disabled,
      attributes: () => ({
        class: 'fv-markdown fv-rich-text',
        id: latest.current.id,
        role: 'textbox',
        'aria-multiline': 'true',
        'aria-label': latest.current.label,
        ...(latest.current.describedBy === undefined ? {} : { 'aria-describedby': latest.current.describedBy }),
        ...(latest.current.invalid ? { 'aria-invalid': 'true' } : {}),
        ...(latest.current.disabled ? { 'aria-disabled': 'true' } : { tabindex: '0' }),
      }),
      dispatchTransaction(change) {
        const next = own.state.apply(change);
        own.updateState(next);
        setState(next);
        if (!change.docChanged || change.getMeta('outside') === true) return;
        const text = writeRich(next.doc, tools);
        if (text === said.current) return;
        said.current = text;
        latest.current.onChange(text === '' ? null : text);
      },
      handleDOMEvents: {
        blur: () => {
          latest.current.onLeave();
          return false;
        },
      },
    });
    view.current = own;
    return () => {
      own.destroy();
      view.current = undefined;
    };
  }, [tools]);
  // Another text came from outside: somebody took another's version, or emptied the form.
  useEffect(() => {
    const own = view.current;
    const text = props.value ?? '';
    if (!own || text === said.current) return;
    said.current = text;
    const doc = readRich(text, tools);
    own.dispatch(own.state.tr.replaceWith(0, own.state.doc.content.size, doc.content).setMeta('outside', true));
  }, [props.value, tools]);
  // Attributes are worked out when the view is drawn; it changes nothing where they are the same.
  useEffect(() => {
    view.current?.setProps({});
  });
  const run = (command: Command) => {
    const own = view.current;
    if (!own) return;
    command(own.state, own.dispatch, own);
    own.focus();
  };
  return (
    <div className={`fv-rich${props.invalid ? ' fv-rich-wrong' : ''}${props.disabled ? ' fv-rich-off' : ''}`}>
      <Toolbar state={state} disabled={props.disabled} linking={linking} setLinking={setLinking} run={run} />
      <div ref={host} />
    </div>
  );
}
