/** Inputs for words: lines, paragraphs, Markdown, telephone numbers, addresses. */
import { Input, Segmented } from 'antd';
import { useState } from 'react';
import type { TextLimits } from '../../form_types';
import { Markdown } from '../markdown';
import { formView } from '../messages';
import { useFormMessages } from '../scope';
import type { InputProps } from '../types';

const LINE = 500;
const LONG = 20_000;

function words(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

const TYPES = { text: 'text', phone: 'tel', email: 'email', url: 'url', id_number: 'text' } as const;

export function LineInput({ of, limits, ...props }: InputProps & { of: keyof typeof TYPES; limits?: TextLimits }) {
  return (
    <Input
      id={props.id}
      type={TYPES[of]}
      value={words(props.value)}
      disabled={props.disabled}
      maxLength={of === 'url' ? 2000 : (limits?.max_length ?? LINE)}
      autoComplete="off"
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      {...(limits?.mask ? { placeholder: limits.mask } : of === 'url' ? { placeholder: 'https://' } : {})}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={props.onLeave}
    />
  );
}

export function LongInput({ limits, rows = 3, ...props }: InputProps & { limits: TextLimits; rows?: number }) {
  return (
    <Input.TextArea
      id={props.id}
      value={words(props.value)}
      disabled={props.disabled}
      maxLength={limits.max_length ?? LONG}
      autoSize={{ minRows: rows, maxRows: 16 }}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      onBlur={props.onLeave}
    />
  );
}

/** Markdown to write, and how it will look. */
export function RichInput(props: InputProps & { limits: TextLimits }) {
  const t = useFormMessages(formView);
  const [face, setFace] = useState<'write' | 'preview'>('write');
  const text = words(props.value);
  return (
    <div>
      <Segmented
        size="small"
        value={face}
        aria-label={props.label}
        options={[
          { value: 'write', label: t('write') },
          { value: 'preview', label: t('preview') },
        ]}
        onChange={setFace}
        style={{ marginBottom: 6 }}
      />
      {face === 'write' ? (
        <>
          <LongInput {...props} rows={5} />
          <p className="muted fv-hint">{t('markdownHint')}</p>
        </>
      ) : (
        <div className="fv-preview">
          {text.trim() === '' ? <span className="muted">{t('previewEmpty')}</span> : <Markdown text={text} />}
        </div>
      )}
    </div>
  );
}
