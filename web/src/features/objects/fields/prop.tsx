/** One property beside its label, with what is wrong with it below. */
import { Switch } from 'antd';
import { createContext, useContext, useId, type ReactNode } from 'react';
import type { FieldDefect } from './defects';

/** What is wrong with the field, form or section whose properties are shown. */
export const DefectsContext = createContext<readonly FieldDefect[]>([]);

/** The sentences about the property at this pointer and below it. */
export function useDefectsAt(at: string | undefined, exact = false): string[] {
  const all = useContext(DefectsContext);
  if (at === undefined) return [];
  const here = all.filter((one) => one.at === at || (!exact && one.at.startsWith(`${at}/`)));
  return [...new Set(here.map((one) => one.text))];
}

export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
  status?: 'error';
}

export function Wrong({ id, texts }: { id?: string; texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <div className="prop-wrong" {...(id ? { id } : {})}>
      {texts.map((text) => (
        <div key={text}>{text}</div>
      ))}
    </div>
  );
}

export function Prop({
  label,
  at,
  help,
  children,
}: {
  label: string;
  at?: string;
  help?: ReactNode;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const wrong = useDefectsAt(at);
  const told = [help ? `${id}-help` : '', wrong.length > 0 ? `${id}-wrong` : ''].filter(Boolean).join(' ');
  return (
    <div className="prop" data-at={at}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(told ? { 'aria-describedby': told } : {}),
        ...(wrong.length > 0 ? { status: 'error' as const, 'aria-invalid': true } : {}),
      })}
      <Wrong id={`${id}-wrong`} texts={wrong} />
      {help && (
        <div id={`${id}-help`} className="prop-help">
          {help}
        </div>
      )}
    </div>
  );
}

export function PropSwitch({
  label,
  at,
  help,
  value,
  disabled = false,
  onChange,
}: {
  label: string;
  at?: string;
  help?: ReactNode;
  value: boolean;
  disabled?: boolean;
  onChange: (value: boolean) => void;
}) {
  const id = useId();
  const wrong = useDefectsAt(at);
  return (
    <div className="prop" data-at={at}>
      <div className="prop-switch">
        <label htmlFor={id}>{label}</label>
        <Switch
          id={id}
          size="small"
          checked={value}
          disabled={disabled}
          onChange={onChange}
          aria-label={label}
          {...(help ? { 'aria-describedby': `${id}-help` } : {})}
        />
      </div>
      <Wrong texts={wrong} />
      {help && (
        <div id={`${id}-help`} className="prop-help">
          {help}
        </div>
      )}
    </div>
  );
}

export function PropSection({ title, at, children }: { title: string; at?: string; children: ReactNode }) {
  const wrong = useDefectsAt(at, true);
  return (
    <section className="prop-section" data-at={at} tabIndex={at ? -1 : undefined}>
      <h3>{title}</h3>
      <Wrong texts={wrong} />
      {children}
    </section>
  );
}

/** Puts the cursor where a problem is: into the property whose pointer comes closest. */
export function focusProperty(root: HTMLElement | null, at: string): void {
  const all = [...(root?.querySelectorAll<HTMLElement>('[data-at]') ?? [])];
  const near = all
    .filter((one) => at === one.dataset['at'] || at.startsWith(`${one.dataset['at'] ?? ''}/`))
    .toSorted((a, b) => (b.dataset['at'] ?? '').length - (a.dataset['at'] ?? '').length)[0];
  const target = near?.querySelector<HTMLElement>('input, textarea, button, [tabindex="0"]') ?? near;
  near?.scrollIntoView({ block: 'center' });
  target?.focus({ preventScroll: true });
}
