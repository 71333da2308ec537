/** A condition: built from the fields of the record, or written as an expression by experts. */
import { Button } from 'antd';
import { useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { CONDITION_LANGUAGE } from '../catalogue';
import ConditionDialog, { readCondition, useConditionText, useProcessFields } from '../condition_dialog';
import type { Business } from '../diagram/model';
import { words } from '../messages';
import { Prop, TextProp, useScope } from './prop';

/** `expression` is the formal expression of the drawing; `set` is told its new attributes, or nothing to take it away. */
export function ConditionProps({
  label,
  expression,
  set,
}: {
  label: string;
  expression: Business | undefined;
  set: (attrs: { language?: string; body: string } | undefined) => void;
}) {
  const t = useMessages(words);
  const { object } = useScope();
  const [open, setOpen] = useState(false);
  const body = expression?.get<string | undefined>('body') ?? '';
  const tree = expression?.get('language') === CONDITION_LANGUAGE ? readCondition(body) : undefined;
  const [asText, setAsText] = useState(body !== '' && tree === undefined);
  const said = useConditionText(tree, useProcessFields(object));
  return (
    <>
      {!asText && (
        <Prop label={label}>
          {(id) => (
            <div className="stack" style={{ gap: 8 }}>
              <div className={said ? 'condition-text' : 'muted'}>{said ?? t('noCondition')}</div>
              <span className="row">
                <Button id={id} onClick={() => setOpen(true)}>
                  {t('setCondition')}
                </Button>
                <Button type="link" size="small" onClick={() => setAsText(true)}>
                  {t('conditionExpert')}
                </Button>
              </span>
            </div>
          )}
        </Prop>
      )}
      {asText && (
        <>
          <TextProp
            label={label}
            help={t('expressionHint')}
            mono
            rows={3}
            value={tree ? '' : body}
            onChange={(next) =>
              (next !== '' || !tree) && next !== body && set(next === '' ? undefined : { body: next })
            }
          />
          <Button type="link" size="small" onClick={() => setAsText(false)}>
            {t('conditionPlain')}
          </Button>
        </>
      )}
      {open && (
        <ConditionDialog
          title={label}
          object={object}
          value={tree}
          onClose={() => setOpen(false)}
          onChange={(next) => set(next && { language: CONDITION_LANGUAGE, body: JSON.stringify(next) })}
        />
      )}
    </>
  );
}
