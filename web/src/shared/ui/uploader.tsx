import { InboxOutlined } from '@ant-design/icons';
import { Progress } from 'antd';
import { useId, useRef, useState, type DragEvent } from 'react';
import { api } from '../api/api';
import { problemText } from '../api/problem';
import { useMessages } from '../i18n';
import { common } from './messages';
import { useIsTouch } from './use_media';

export interface StoredFile {
  id: string;
  name: string;
  media_type: string;
  size: number;
  safe_inline?: boolean;
}

const LARGEST_BYTES = 50 * 1024 * 1024;

/** Takes files by click, drop or camera, stores each, and hands it on. */
export function Uploader({
  onStored,
  path = '/api/v1/files',
  store,
  accept,
  many = true,
  label,
}: {
  onStored: (file: StoredFile) => Promise<void> | void;
  path?: string;
  /** Keeps a file elsewhere than on the server. */
  store?: ((file: File) => Promise<StoredFile>) | undefined;
  /** The kinds of files that are offered, as browsers name them. */
  accept?: string;
  many?: boolean;
  /** What the files are for, where several places take some. */
  label?: string;
}) {
  const t = useMessages(common);
  const invite = useIsTouch() ? 'chooseFiles' : 'dropHere';
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [running, setRunning] = useState(0);
  const [problems, setProblems] = useState<string[]>([]);
  const take = async (files: readonly File[]) => {
    setProblems([]);
    for (const file of files) {
      setRunning((n) => n + 1);
      try {
        if (file.size > LARGEST_BYTES) throw new Error(`${file.name} > 50 MB`);
        if (store) {
          await onStored(await store(file));
          continue;
        }
        const form = new FormData();
        form.append('file', file, file.name);
        await onStored(await api.post<StoredFile>(path, form));
      } catch (error) {
        const words =
          error instanceof Error && error.message.endsWith('50 MB')
            ? error.message
            : `${file.name}: ${problemText(error)}`;
        setProblems((old) => [...old, words]);
      } finally {
        setRunning((n) => n - 1);
      }
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    void take([...event.dataTransfer.files]);
  };
  return (
    <div>
      <label className="drop-zone" htmlFor={id} onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
        <InboxOutlined aria-hidden="true" /> {running > 0 ? t('uploading') : t(invite)}
        <input
          ref={input}
          id={id}
          type="file"
          multiple={many}
          {...(accept ? { accept } : {})}
          {...(label ? { 'aria-label': `${label}: ${t(invite)}` } : {})}
          className="visually-hidden"
          onChange={(event) => {
            void take([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </label>
      {running > 0 && (
        <Progress percent={100} status="active" showInfo={false} size="small" aria-label={t('uploading')} />
      )}
      {problems.map((problem) => (
        <p key={problem} role="alert" style={{ color: 'var(--tag-danger)' }}>
          {problem}
        </p>
      ))}
    </div>
  );
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
