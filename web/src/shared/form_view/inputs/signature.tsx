import { Button } from 'antd';
import { useContext, useRef, useState } from 'react';
import { api } from '../../api/api';
import { problemText } from '../../api/problem';
import { SignaturePad, type SignaturePadHandle } from '../../media/signature_pad';
import { common } from '../../ui/messages';
import type { StoredFile } from '../../ui/uploader';
import { formView } from '../messages';
import { FileKeeperContext, useFormMessages, useFormScope } from '../scope';
import type { InputProps } from '../types';
import { SignatureFace } from './files';

/** Signed on the screen, kept as a picture among the files. */
export function SignatureInput(props: InputProps) {
  const t = useFormMessages(formView);
  const c = useFormMessages(common);
  const { preview } = useFormScope();
  const keeper = useContext(FileKeeperContext);
  const pad = useRef<SignaturePadHandle>(null);
  const [signing, setSigning] = useState(false);
  const [ink, setInk] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const kept = typeof props.value === 'string' ? props.value : undefined;
  const save = async () => {
    if (!pad.current) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const picture = await pad.current.toPng();
      const form = new FormData();
      form.append('file', picture, 'signature.png');
      const file = keeper
        ? await keeper.keep(picture, 'signature.png')
        : await api.post<StoredFile>('/api/v1/files', form);
      props.onChange(file.id);
      props.onLeave();
      setSigning(false);
    } catch (error) {
      setProblem(`${t('signFailed')} ${problemText(error)}`);
    } finally {
      setBusy(false);
    }
  };
  if (signing) {
    return (
      <div className="stack" role="group" aria-label={props.label}>
        <SignaturePad ref={pad} onInk={setInk} />
        <div className="row">
          <Button type="primary" disabled={!ink} loading={busy} onClick={() => void save()}>
            {t(busy ? 'signSaving' : 'signSave')}
          </Button>
          <Button onClick={() => setSigning(false)}>{c('cancel')}</Button>
        </div>
        {problem && (
          <p role="alert" className="fv-problem">
            {problem}
          </p>
        )}
      </div>
    );
  }
  return (
    <div className="row" role="group" aria-label={props.label} aria-describedby={props.describedBy}>
      {kept && <SignatureFace id={kept} label={t('signAlt', { label: props.label })} />}
      {!props.disabled && (
        <Button disabled={preview} onClick={() => setSigning(true)}>
          {t(kept ? 'signAgain' : 'sign')}
        </Button>
      )}
      {kept && !props.disabled && (
        <Button type="text" onClick={() => props.onChange(null)}>
          {t('clear')}
        </Button>
      )}
    </div>
  );
}
