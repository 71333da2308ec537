/** Inputs for files: of any kind, pictures, sound and film. */
import { DeleteOutlined, PaperClipOutlined } from '@ant-design/icons';
import { useQueries } from '@tanstack/react-query';
import { Button } from 'antd';
import { useContext, useEffect, useRef, useState } from 'react';
import { api, url } from '../../api/api';
import { fileSize, Uploader, type StoredFile } from '../../ui/uploader';
import { formView } from '../messages';
import { FileKeeperContext, useFormMessages, useFormScope, type KeptFile } from '../scope';
import type { InputProps } from '../types';

export function contentOf(id: string): string {
  return url('/api/v1/files/{id}/content', { id });
}

/** What is known of files; those the person may not see stay undefined. */
export function useFiles(ids: readonly string[]): (StoredFile | KeptFile | undefined)[] {
  const keeper = useContext(FileKeeperContext);
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ['file', 'one', id],
      queryFn: async (): Promise<StoredFile | KeptFile> =>
        (await keeper?.find(id)) ?? api.get<StoredFile>(url('/api/v1/files/{id}', { id })),
      staleTime: Infinity,
      retry: false,
      // What is kept on the device needs no network.
      networkMode: keeper ? ('always' as const) : ('online' as const),
    })),
    combine: (answers) => answers.map((answer) => answer.data),
  });
}

export function idsOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
}

type FileKind = 'attachment' | 'image' | 'media';

const addressOf = (id: string, file: StoredFile | KeptFile | undefined): string =>
  file && 'address' in file ? file.address : contentOf(id);

/** A signature as it was drawn. */
export function SignatureFace({ id, label, compact = false }: { id: string; label: string; compact?: boolean }) {
  const keeper = useContext(FileKeeperContext);
  // Without a keeper the picture is the server's, and nothing needs to be known of it.
  const [file] = useFiles(keeper ? [id] : []);
  if (keeper && !file) return null;
  return <img className={compact ? 'fv-mini' : 'fv-signature'} src={addressOf(id, file)} alt={label} />;
}

/** One file as it looks: the picture, a player, or its name to save it by. */
export function FileFace({ id, file, kind }: { id: string; file: StoredFile | undefined; kind: FileKind }) {
  const t = useFormMessages(formView);
  const keeper = useContext(FileKeeperContext);
  const name = file?.name ?? t('file');
  const address = addressOf(id, file);
  // Nobody knows yet whether it stands on this device or on the server.
  if (keeper && !file) return <span className="muted">{name}</span>;
  if (kind === 'image' && file?.safe_inline !== false) {
    return (
      <a href={address} target="_blank" rel="noreferrer" className="fv-thumb">
        <img src={address} alt={file?.name ?? t('image')} loading="lazy" />
      </a>
    );
  }
  if (kind === 'media' && file?.safe_inline) {
    return file.media_type.startsWith('audio/') ? (
      // What people record of a machine has no captions.
      // oxlint-disable-next-line jsx-a11y/media-has-caption
      <audio controls preload="none" src={address} aria-label={name} />
    ) : (
      // oxlint-disable-next-line jsx-a11y/media-has-caption
      <video controls preload="metadata" src={address} aria-label={name} className="fv-film" />
    );
  }
  return (
    <a href={address} download={name}>
      <PaperClipOutlined aria-hidden="true" /> {name}
      {file && <span className="muted"> · {fileSize(file.size)}</span>}
    </a>
  );
}

const ACCEPT: Readonly<Record<FileKind, string>> = { attachment: '', image: 'image/*', media: 'audio/*,video/*' };

export function FilesInput({ kind, many, ...props }: InputProps & { kind: FileKind; many: boolean }) {
  const t = useFormMessages(formView);
  const { preview } = useFormScope();
  const keeper = useContext(FileKeeperContext);
  const ids = idsOf(props.value);
  const files = useFiles(ids);
  const [wrong, setWrong] = useState<string>();
  // Several uploads can end one after the other before the form has drawn the first.
  const latest = useRef(ids);
  useEffect(() => {
    latest.current = idsOf(props.value);
  }, [props.value]);
  const set = (next: string[]) => {
    latest.current = next;
    props.onChange(next.length === 0 ? null : many ? next : (next.at(-1) ?? null));
    props.onLeave();
  };
  const take = (file: StoredFile) => {
    const [family] = file.media_type.split('/');
    if (kind === 'image' && family !== 'image') return setWrong(t('wrongImage', { name: file.name }));
    if (kind === 'media' && family !== 'audio' && family !== 'video')
      return setWrong(t('wrongMedia', { name: file.name }));
    setWrong(undefined);
    set(many ? [...latest.current, file.id] : [file.id]);
  };
  return (
    <div role="group" aria-label={props.label} aria-describedby={props.describedBy}>
      {ids.length > 0 && (
        <ul className={kind === 'image' ? 'fv-pictures' : 'plain-list'}>
          {ids.map((id, at) => (
            <li key={id} className="row-between">
              <FileFace id={id} file={files[at]} kind={kind} />
              {!props.disabled && (
                <Button
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  aria-label={t('removeFile', { name: files[at]?.name ?? t('file') })}
                  onClick={() => set(ids.filter((other) => other !== id))}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {!props.disabled && !preview && (
        <Uploader
          onStored={take}
          accept={ACCEPT[kind]}
          many={many}
          label={props.label}
          store={keeper && ((file) => keeper.keep(file, file.name))}
        />
      )}
      {preview && <p className="muted">{t('previewOnly')}</p>}
      {!many && ids.length > 0 && !props.disabled && <p className="muted">{t('oneFile')}</p>}
      {wrong && (
        <p role="alert" className="fv-problem">
          {wrong}
        </p>
      )}
    </div>
  );
}
