/** What the parts of the panel share: how a value is read from the drawing and written to it. */
import { Input } from 'antd';
import { createContext, useContext, useId, useState, type ReactNode } from 'react';
import './properties.css';
import type { Business, Diagram, Element } from '../diagram/model';

export interface Scope {
  diagram: Diagram;
  element: Element;
  /** The object whose records the process runs for. */
  object: string | null;
  expert: boolean;
}

export const PropertyScope = createContext<Scope | null>(null);

export function useScope(): Scope {
  const scope = useContext(PropertyScope);
  if (!scope) throw new Error('Properties stand in a panel.');
  return scope;
}

/** An attribute of the element, and how it is set; setting nothing removes it. */
export function useAttribute(name: string): [string, (value: string) => void] {
  const { diagram, element } = useScope();
  const value = element.businessObject.get<string | undefined>(name) ?? '';
  return [
    value,
    (next) => {
      if (next === value) return;
      diagram.get('modeling').updateProperties(element, { [name]: next === '' ? undefined : next });
    },
  ];
}

/** Makes an element of the file that hangs on another. */
export function make(diagram: Diagram, type: string, attrs: object, parent: Business): Business {
  const made = diagram.get('bpmnFactory').create(type, attrs);
  (made as { $parent?: Business }).$parent = parent;
  return made;
}

/** A root element with this name, such as a message; made where there is none. */
export function rootNamed(diagram: Diagram, type: string, name: string): Business {
  const definitions = diagram.getDefinitions();
  const roots = definitions.get<Business[]>('rootElements');
  const known = roots.find((root) => root.$type === type && root.name === name);
  if (known) return known;
  const made = make(diagram, type, { name }, definitions);
  roots.push(made);
  return made;
}

export function Prop({ label, help, children }: { label: string; help?: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="prop">
      <label className="prop-label" htmlFor={id}>
        {label}
      </label>
      {children(id)}
      {help && <div className="prop-help">{help}</div>}
    </div>
  );
}

/** What is being typed over a value; when the value changes by other means, such as undo, that counts. */
export function useTyped(value: string): [string, (typed: string) => void] {
  const [state, setState] = useState({ value, typed: value });
  return [state.value === value ? state.typed : value, (typed) => setState({ value, typed })];
}

/** A line of text that goes to the drawing when it is left, so that one undo takes all of it back. */
export function TextProp({
  label,
  help,
  value,
  onChange,
  rows,
  mono,
}: {
  label: string;
  help?: string;
  value: string;
  onChange: (value: string) => void;
  rows?: number;
  mono?: boolean;
}) {
  const [typed, setTyped] = useTyped(value);
  const shared = {
    value: typed,
    onBlur: () => onChange(typed.trim()),
    onChange: (event: { target: { value: string } }) => setTyped(event.target.value),
    className: mono ? 'mono' : '',
  };
  return (
    <Prop label={label} {...(help ? { help } : {})}>
      {(id) =>
        rows ? (
          <Input.TextArea id={id} {...shared} rows={rows} />
        ) : (
          <Input id={id} {...shared} onPressEnter={() => onChange(typed.trim())} />
        )
      }
    </Prop>
  );
}
