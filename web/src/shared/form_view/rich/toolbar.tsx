/** The tools above a rich text. Arrow keys go from tool to tool, as in every toolbar; Tab goes on to the text. */
import {
  BoldOutlined,
  ItalicOutlined,
  LinkOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  OrderedListOutlined,
  RedoOutlined,
  StrikethroughOutlined,
  UndoOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { redo, undo } from 'prosemirror-history';
import { liftListItem, sinkListItem } from 'prosemirror-schema-list';
import type { Command, EditorState } from 'prosemirror-state';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { READABLE_ADDRESS } from '../markdown';
import { useFormMessages } from '../scope';
import { hrefAt, levelAt, removeLink, setLevel, setLink, toggle, type Toggle } from './commands';
import { richWords } from './messages';
import { schema } from './schema';

interface ToolbarProps {
  state: EditorState;
  disabled: boolean;
  linking: boolean;
  setLinking: (open: boolean) => void;
  run: (command: Command) => void;
}

interface Tool {
  key: 'bold' | 'italic' | 'strike' | 'bullets' | 'numbers' | 'quote' | 'indent' | 'outdent' | 'undo' | 'redo';
  icon: ReactNode;
  run: Command;
  isOn?: Toggle['isOn'];
  keys?: string;
}

const tool = (key: Tool['key'] & keyof typeof toggle, icon: ReactNode, keys?: string): Tool => ({
  key,
  icon,
  ...toggle[key],
  ...(keys === undefined ? {} : { keys }),
});

const MARKS: readonly Tool[] = [
  tool('bold', <BoldOutlined />, 'Control+B'),
  tool('italic', <ItalicOutlined />, 'Control+I'),
  tool('strike', <StrikethroughOutlined />),
];

const BLOCKS: readonly Tool[] = [
  tool('bullets', <UnorderedListOutlined />),
  tool('numbers', <OrderedListOutlined />),
  { key: 'outdent', icon: <MenuFoldOutlined />, run: liftListItem(schema.nodes.list_item), keys: 'Control+[' },
  { key: 'indent', icon: <MenuUnfoldOutlined />, run: sinkListItem(schema.nodes.list_item), keys: 'Control+]' },
  tool('quote', <span aria-hidden="true">❝</span>),
];

const STEPS: readonly Tool[] = [
  { key: 'undo', icon: <UndoOutlined />, run: undo, keys: 'Control+Z' },
  { key: 'redo', icon: <RedoOutlined />, run: redo, keys: 'Control+Y' },
];

/** The address of the link at the selection; it stands below the tools, so that it fits on a phone. */
function LinkRow({ state, run, setLinking }: Pick<ToolbarProps, 'state' | 'run' | 'setLinking'>) {
  const t = useFormMessages(richWords);
  const old = hrefAt(state);
  const [text, setText] = useState(old || 'https://');
  const [wrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const done = (command?: Command) => {
    setLinking(false);
    if (command) run(command);
  };
  const apply = () => {
    const href = text.trim();
    // What has no scheme is an address of the web as people write it.
    const whole = /^[\w-]+(\.[\w-]+)+([/?#].*)?$/.test(href) ? `https://${href}` : href;
    if (!READABLE_ADDRESS.test(whole) || /^https?:\/*$/i.test(whole)) setWrong(true);
    else done(setLink(whole));
  };
  return (
    <div className="fv-rich-link">
      <input
        ref={input}
        type="url"
        autoComplete="off"
        aria-label={t('address')}
        aria-invalid={wrong}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setWrong(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            apply();
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            done(() => true);
          }
        }}
      />
      <button type="button" className="fv-rich-apply" onClick={apply}>
        {t('applyLink')}
      </button>
      {old !== '' && (
        <button type="button" onClick={() => done(removeLink)}>
          {t('removeLink')}
        </button>
      )}
      <button type="button" onClick={() => done(() => true)}>
        {t('cancel')}
      </button>
      {wrong && (
        <p role="alert" className="fv-problem">
          {t('wrongAddress')}
        </p>
      )}
    </div>
  );
}

/** Moves the focus along the tools; only the one that had it last is on the way of Tab. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined || (event.target as HTMLElement).tagName === 'SELECT') return;
  const tools = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-tool]')];
  const at = tools.indexOf(event.target as HTMLElement);
  if (at < 0) return;
  event.preventDefault();
  tools[Math.min(tools.length - 1, Math.max(0, at + step))]?.focus();
}

export function Toolbar({ state, disabled, linking, setLinking, run }: ToolbarProps) {
  const t = useFormMessages(richWords);
  const [stop, setStop] = useState('bold');
  const level = levelAt(state);
  const linkOn = toggle.link.isOn(state);
  const draw = (one: Tool) => {
    const on = one.isOn?.(state);
    // Off for the eye and for screen readers, yet it keeps the focus that stood on it.
    const off = disabled || !one.run(state);
    return (
      <button
        key={one.key}
        type="button"
        data-tool={one.key}
        className={`fv-rich-tool${on === true ? ' fv-rich-on' : ''}${off ? ' fv-rich-idle' : ''}`}
        aria-label={t(one.key)}
        title={t(one.key)}
        tabIndex={stop === one.key ? 0 : -1}
        aria-disabled={off}
        {...(on === undefined ? {} : { 'aria-pressed': on })}
        {...(one.keys === undefined ? {} : { 'aria-keyshortcuts': one.keys })}
        onFocus={() => setStop(one.key)}
        // The selection stays where it is.
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => {
          if (!off) run(one.run);
        }}
      >
        {one.icon}
      </button>
    );
  };
  return (
    <>
      {/* The tools themselves take the focus, one of them at a time. */}
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus */}
      <div role="toolbar" aria-label={t('tools')} className="fv-rich-tools" onKeyDown={walk}>
        <select
          className="fv-rich-style"
          aria-label={t('style')}
          disabled={disabled || level === undefined}
          value={level ?? 0}
          onChange={(event) => run(setLevel(Number(event.target.value)))}
        >
          <option value={0}>{t('text')}</option>
          <option value={1}>{t('heading1')}</option>
          <option value={2}>{t('heading2')}</option>
          <option value={3}>{t('heading3')}</option>
          {level !== undefined && level > 3 && <option value={level}>{t('headingN', { n: level })}</option>}
        </select>
        {MARKS.map(draw)}
        <button
          type="button"
          data-tool="link"
          className={`fv-rich-tool${linkOn ? ' fv-rich-on' : ''}`}
          aria-label={t('link')}
          title={t('link')}
          aria-pressed={linkOn}
          aria-expanded={linking}
          aria-keyshortcuts="Control+K"
          aria-disabled={disabled}
          tabIndex={stop === 'link' ? 0 : -1}
          onFocus={() => setStop('link')}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            if (!disabled) setLinking(!linking);
          }}
        >
          <LinkOutlined />
        </button>
        {BLOCKS.map(draw)}
        {STEPS.map(draw)}
      </div>
      {linking && <LinkRow state={state} run={run} setLinking={setLinking} />}
    </>
  );
}
