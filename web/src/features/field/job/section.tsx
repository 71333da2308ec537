import type { ReactNode } from 'react';

/** A card of the job page with its heading and what can be added to it. */
export function Section({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return (
    <section className="f-card stack" aria-label={title}>
      <div className="row-between" style={{ flexWrap: 'nowrap' }}>
        <h2>{title}</h2>
        {extra}
      </div>
      {children}
    </section>
  );
}

/** One of a few, as big buttons. */
export function Choices<V extends string>({
  label,
  name,
  value,
  options,
  three = false,
  onChange,
}: {
  label: string;
  name: string;
  value: V | undefined;
  options: readonly { value: V; label: string }[];
  three?: boolean;
  onChange: (value: V) => void;
}) {
  return (
    <fieldset className={`f-choices ${three ? 'f-choices-3' : ''}`}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="f-choice">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
