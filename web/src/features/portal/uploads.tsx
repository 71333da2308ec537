/** Photos and films that go up while the customer still writes. */
import { PaperClipOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useCallback, useRef, useState } from 'react';
import { api } from '@/shared/api/api';
import { useMessages } from '@/shared/i18n';
import { shrink } from '@/shared/media/picture';
import { portal } from './messages';
import type { FileFace } from './types';

const MOST_FILES = 10;
const MOST_BYTES = 50_000_000;

export interface Upload {
  key: number;
  file: File;
  state: 'uploading' | 'done' | 'failed' | 'too_big';
  id?: string;
}

export interface Uploads {
  list: readonly Upload[];
  add: (files: readonly File[]) => void;
  retry: (upload: Upload) => void;
  remove: (upload: Upload) => void;
  clear: () => void;
  /** The files that arrived. */
  ids: string[];
  /** Nothing is under way and nothing failed. */
  settled: boolean;
}

/** Photos are made small first; what can't be read as a picture goes as it is. */
async function slim(file: File): Promise<File> {
  if (!file.type.startsWith('image/') || file.type === 'image/gif') return file;
  try {
    const small = await shrink(file);
    return small.size < file.size
      ? new File([small], file.name.replace(/\.\w+$/, '.jpg'), { type: 'image/jpeg' })
      : file;
  } catch {
    return file;
  }
}

export function useUploads(path: string): Uploads {
  const [list, setList] = useState<readonly Upload[]>([]);
  const next = useRef(0);
  const change = useCallback((key: number, patch: Partial<Upload>) => {
    setList((now) => now.map((upload) => (upload.key === key ? { ...upload, ...patch } : upload)));
  }, []);
  const send = useCallback(
    async (key: number, file: File) => {
      const body = await slim(file);
      if (body.size > MOST_BYTES) {
        change(key, { state: 'too_big' });
        return;
      }
      change(key, { state: 'uploading' });
      const form = new FormData();
      form.append('file', body, body.name);
      try {
        const saved = await api.post<FileFace>(path, form, { anonymous: true });
        change(key, { state: 'done', id: saved.id });
      } catch {
        change(key, { state: 'failed' });
      }
    },
    [path, change],
  );
  const add = (files: readonly File[]) => {
    const fresh = files.slice(0, Math.max(0, MOST_FILES - list.length)).map((file): Upload => {
      next.current += 1;
      return { key: next.current, file, state: 'uploading' };
    });
    setList((now) => [...now, ...fresh]);
    for (const upload of fresh) void send(upload.key, upload.file);
  };
  return {
    list,
    add,
    retry: (upload) => void send(upload.key, upload.file),
    remove: (upload) => setList((now) => now.filter((item) => item.key !== upload.key)),
    clear: () => setList([]),
    ids: list.flatMap((upload) => (upload.id ? [upload.id] : [])),
    settled: list.every((upload) => upload.state === 'done'),
  };
}

export function UploadField({ uploads, label }: { uploads: Uploads; label: string }) {
  const t = useMessages(portal);
  const input = useRef<HTMLInputElement>(null);
  const words = { uploading: t('uploading'), done: t('uploaded'), failed: t('uploadFailed'), too_big: t('tooBig') };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <input
        ref={input}
        type="file"
        accept="image/*,video/*,application/pdf"
        multiple
        hidden
        aria-label={label}
        onChange={(event) => {
          uploads.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <Button
        icon={<PaperClipOutlined />}
        disabled={uploads.list.length >= MOST_FILES}
        onClick={() => input.current?.click()}
      >
        {uploads.list.length >= MOST_FILES ? t('tooMany') : label}
      </Button>
      {uploads.list.length > 0 && (
        <ul className="p-files">
          {uploads.list.map((upload) => (
            <li key={upload.key}>
              <span>{upload.file.name}</span>
              <span
                className={upload.state === 'failed' || upload.state === 'too_big' ? 'p-error' : 'muted'}
                role="status"
              >
                {words[upload.state]}
              </span>
              {upload.state === 'failed' && <Button onClick={() => uploads.retry(upload)}>{t('tryAgain')}</Button>}
              <Button
                type="text"
                aria-label={t('remove', { name: upload.file.name })}
                onClick={() => uploads.remove(upload)}
              >
                ✕
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
