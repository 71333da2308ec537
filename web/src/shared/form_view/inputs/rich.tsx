/** Rich text: written as it will look, or as Markdown by those who know it and where the editor would lose something. */
import { Segmented } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { TextLimits } from '../../form_types';
import { loadMarkdownTools, Markdown, type MarkdownTools } from '../markdown';
import { richWords } from '../rich/messages';
import { useFormMessages } from '../scope';
import type { InputProps } from '../types';
import { LongInput } from './texts';

const RichEditor = lazy(() => import('../rich/editor'));

interface Ready {
  tools: MarkdownTools;
  holdsAll: (text: string, tools: MarkdownTools) => boolean;
}

/** Reader and editor, once they are here; `false` where they could not be loaded. */
function useReady(): Ready | false | undefined {
  const [ready, setReady] = useState<Ready | false>();
  useEffect(() => {
    let here = true;
    Promise.all([loadMarkdownTools(), import('../rich/text')]).then(
      ([tools, { holdsAll }]) => {
        if (here) setReady({ tools, holdsAll });
      },
      () => {
        if (here) setReady(false);
      },
    );
    return () => {
      here = false;
    };
  }, []);
  return ready;
}

export function RichInput(props: InputProps & { limits: TextLimits }) {
  const t = useFormMessages(richWords);
  const ready = useReady();
  const [face, setFace] = useState<'visual' | 'source'>('visual');
  const text = typeof props.value === 'string' ? props.value : '';
  // What the editor wrote itself it can hold; only what came from elsewhere is looked at.
  const [own, setOwn] = useState<string>();
  if (ready === undefined) return <div className="fv-rich fv-rich-wait muted">{t('loading')}</div>;
  const lossy = ready !== false && text !== own && text !== '' && !ready.holdsAll(text, ready.tools);
  const shown = ready === false || lossy ? 'source' : face;
  const source = (
    <>
      <LongInput {...props} rows={5} />
      <p className="muted fv-hint">{t('markdownHint')}</p>
      {text.trim() !== '' && (
        <div className="fv-preview" role="region" aria-label={t('looks')}>
          <Markdown text={text} />
        </div>
      )}
    </>
  );
  return (
    <div>
      {shown === 'visual' && ready !== false ? (
        <Suspense fallback={<div className="fv-rich fv-rich-wait muted">{t('loading')}</div>}>
          <RichEditor
            {...props}
            value={text}
            tools={ready.tools}
            onChange={(next) => {
              setOwn(next ?? '');
              props.onChange(next);
            }}
          />
        </Suspense>
      ) : (
        source
      )}
      {lossy && <p className="fv-hint muted">{t('cannotHold')}</p>}
      {!props.disabled && ready !== false && (
        <Segmented
          size="small"
          className="fv-rich-faces"
          value={shown}
          aria-label={t('faces')}
          options={[
            { value: 'visual', label: t('visual'), disabled: lossy },
            { value: 'source', label: t('source') },
          ]}
          onChange={setFace}
        />
      )}
    </div>
  );
}
