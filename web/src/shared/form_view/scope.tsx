/** What all parts of one form share: language, width, people, and the door to the server. */
import { createContext, useCallback, useContext } from 'react';
import { labelText, translate, type Label, type Locale, type Messages, type Translate } from '../i18n';
import type { RecordPlace } from './types';

export interface FormScopeValue {
  locale: Locale;
  phone: boolean;
  preview: boolean;
  place: RecordPlace | undefined;
}

export const FormScopeContext = createContext<FormScopeValue>({
  locale: 'zh-CN',
  phone: false,
  preview: false,
  place: undefined,
});

export function useFormScope(): FormScopeValue {
  return useContext(FormScopeContext);
}

/** Like `useMessages`, in the form's own language. */
export function useFormMessages<K extends string>(messages: Messages<K>): Translate<K> {
  const { locale } = useFormScope();
  return useCallback((key, params) => translate(messages, key, params, locale), [messages, locale]);
}

export function useFormLabel(): (label: Label | undefined) => string {
  const { locale } = useFormScope();
  // A designer's label may have one language only so far.
  return useCallback(
    (label) => (label === undefined ? '' : labelText(label, locale) || label.zh || label.en),
    [locale],
  );
}
