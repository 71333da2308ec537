/** What all parts of one form share: language, width, people, and the door to the server. */
import { createContext, useCallback, useContext, useMemo } from 'react';
import { labelText, translate, useLocale, type Label, type Locale, type Messages, type Translate } from '../i18n';
import { useIsPhone } from '../ui/use_media';
import type { StoredFile } from '../ui/uploader';
import type { RecordPlace } from './types';

export interface FormScopeValue {
  locale: Locale;
  phone: boolean;
  preview: boolean;
  place: RecordPlace | undefined;
}

/** A file that stands on this device, with an address to show it by. */
export interface KeptFile extends StoredFile {
  address: string;
}

/** Where files that are put into a form stay until they can go to the server, on devices that work without network. */
export interface FileKeeper {
  /** Keeps a file for good; its id stands in the form until the server gives another. */
  keep: (file: Blob, name: string) => Promise<StoredFile>;
  find: (id: string) => Promise<KeptFile | undefined>;
}

export const FileKeeperContext = createContext<FileKeeper | undefined>(undefined);

export const FormScopeContext = createContext<FormScopeValue | undefined>(undefined);

/** The scope of the form around; values that stand in no form are read in the person's language, by the screen's width. */
export function useFormScope(): FormScopeValue {
  const around = useContext(FormScopeContext);
  const locale = useLocale();
  const phone = useIsPhone();
  const own = useMemo(() => ({ locale, phone, preview: false, place: undefined }), [locale, phone]);
  return around ?? own;
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
