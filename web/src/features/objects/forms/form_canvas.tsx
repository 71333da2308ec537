/** The form as boxes: sections, their parts, and what stands in them. */
import { ExclamationCircleFilled, HolderOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import type { KeyboardEvent } from 'react';
import type { Catalogue, Label } from '@/shared/form_types';
import { labelText, useLocale, useMessages, type Locale } from '@/shared/i18n';
import { useDragPlace, useDropPlace } from '../drag';
import { KINDS } from '../fields/kinds';
import { MOST_PARTS, type FormDesign, type ItemNode, type PartNode, type SectionNode } from './form_tree';
import { words } from './messages';

/** Where something is dropped behind the last section. */
export const FORM_END = 'form-end';

export interface CanvasProps {
  design: FormDesign;
  catalogue: Catalogue;
  selected: string | undefined;
  wrong: ReadonlySet<string>;
  dropAt: string | undefined;
  onSelect: (key: string) => void;
  onNudge: (key: string, by: -1 | 1) => void;
  onRemove: (key: string) => void;
  onAddPart: (section: string) => void;
  onOpen: () => void;
}

const textOf = (label: Label | undefined, locale: Locale): string =>
  label ? labelText(label, locale) || label.zh || label.en : '';

/** What an item is called: its field's name, or the first words of its text. */
export function itemName(node: ItemNode, catalogue: Catalogue, locale: Locale, gone: string): string {
  const { item } = node;
  if (item.type === 'text') return textOf(item.text, locale).slice(0, 40);
  const field = catalogue.fields.find((one) => one.id === item.field);
  return textOf(item.label, locale) || textOf(field?.label, locale) || gone;
}

/** Every node in the order in which arrow keys walk through them. */
function keysInOrder(design: FormDesign): string[] {
  return design.body.flatMap((section) => [
    section.key,
    ...section.parts.flatMap((part) => [part.key, ...part.items.map((item) => item.key)]),
  ]);
}

export function focusNode(key: string): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(`[data-node="${CSS.escape(key)}"]`)?.focus();
  });
}

function useNodeKeys(props: CanvasProps, key: string) {
  return (event: KeyboardEvent) => {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault();
      const by = event.key === 'ArrowUp' ? -1 : 1;
      if (event.altKey) return props.onNudge(key, by);
      const order = keysInOrder(props.design);
      const next = order[order.indexOf(key) + by];
      if (next) {
        props.onSelect(next);
        focusNode(next);
      }
    } else if (event.key === 'Enter') {
      event.preventDefault();
      props.onSelect(key);
      props.onOpen();
    }
  };
}

function NodeButton({
  node,
  className,
  props,
  children,
}: {
  node: string;
  className: string;
  props: CanvasProps;
  children: React.ReactNode;
}) {
  const press = useNodeKeys(props, node);
  return (
    <button
      type="button"
      className={className}
      data-node={node}
      aria-pressed={props.selected === node}
      onClick={() => props.onSelect(node)}
      onKeyDown={press}
    >
      {children}
      {props.wrong.has(node) && <ExclamationCircleFilled className="wrong-mark" aria-hidden="true" />}
    </button>
  );
}

function Item({ node, props }: { node: ItemNode; props: CanvasProps }) {
  const t = useMessages(words);
  const locale = useLocale();
  const { item, key } = node;
  const { ref, props: drag, dragging } = useDragPlace(key);
  const field = item.type === 'field' ? props.catalogue.fields.find((one) => one.id === item.field) : undefined;
  const required = item.type === 'field' && (item.required === true || field?.required === true);
  return (
    <li
      ref={ref}
      {...drag}
      className={[
        'form-item',
        item.type === 'text' ? 'form-text' : '',
        dragging ? 'dragging' : '',
        props.selected === key ? 'selected' : '',
        props.dropAt === key ? 'drop-before' : '',
      ].join(' ')}
      style={{ gridColumn: `span ${item.type === 'field' ? item.width : 3}` }}
    >
      <HolderOutlined className="form-grip" aria-hidden="true" />
      <NodeButton node={key} className="form-item-button" props={props}>
        <span className="field-icon" aria-hidden="true">
          {field ? KINDS[field.kind.type].icon : null}
        </span>
        <span className="field-name">
          {itemName(node, props.catalogue, locale, t('gone'))}
          {required && (
            <span className="required-mark" aria-hidden="true">
              *
            </span>
          )}
        </span>
      </NodeButton>
    </li>
  );
}

function Part({
  node,
  section,
  place: at,
  props,
}: {
  node: PartNode;
  section: SectionNode;
  place: number;
  props: CanvasProps;
}) {
  const t = useMessages(words);
  const locale = useLocale();
  const { ref } = useDropPlace(node.key);
  const title = textOf(node.title, locale) || t(`part_${section.layout}`, { n: at + 1 });
  return (
    <div ref={ref} className={props.dropAt === node.key ? 'form-part over' : 'form-part'}>
      <NodeButton
        node={node.key}
        className={`form-part-title${props.selected === node.key ? ' selected' : ''}`}
        props={props}
      >
        {title}
      </NodeButton>
      {node.items.length === 0 ? (
        <p className="form-part-empty">{t('dropPart')}</p>
      ) : (
        <ul className="form-items">
          {node.items.map((item) => (
            <Item key={item.key} node={item} props={props} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Section({ node, place: at, props }: { node: SectionNode; place: number; props: CanvasProps }) {
  const t = useMessages(words);
  const locale = useLocale();
  const { ref, props: drag, dragging } = useDragPlace(node.key);
  const title = textOf(node.title, locale) || t('section', { n: at + 1, layout: t(node.layout) });
  return (
    <section
      ref={ref}
      aria-label={title}
      className={[
        'form-section',
        dragging ? 'dragging' : '',
        props.selected === node.key ? 'selected' : '',
        props.dropAt === node.key ? 'drop-before' : '',
      ].join(' ')}
    >
      <div className="form-section-head">
        <span {...drag} className="form-grip-box">
          <HolderOutlined className="form-grip" aria-hidden="true" />
        </span>
        <NodeButton node={node.key} className="form-section-title" props={props}>
          {title}
        </NodeButton>
        <span className="tag">{t(node.layout)}</span>
        {node.parts.length < MOST_PARTS[node.layout] && (
          <Button size="small" type="text" icon={<PlusOutlined />} onClick={() => props.onAddPart(node.key)}>
            {t(`addPart_${node.layout}`)}
          </Button>
        )}
      </div>
      <div className={`form-parts form-parts-${node.layout}`}>
        {node.parts.map((part, index) => (
          <Part key={part.key} node={part} section={node} place={index} props={props} />
        ))}
      </div>
    </section>
  );
}

export function FormCanvas(props: CanvasProps) {
  const t = useMessages(words);
  const { ref, over } = useDropPlace(FORM_END);
  return (
    <div className="form-canvas">
      {props.design.body.map((section, index) => (
        <Section key={section.key} node={section} place={index} props={props} />
      ))}
      <div ref={ref} className={over ? 'form-end over' : 'form-end'}>
        <span className="muted">{t('end')}</span>
      </div>
    </div>
  );
}
