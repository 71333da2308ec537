/** The conversation between a customer and the company. */
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { api, newKey, url } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { useMessages } from '@/shared/i18n';
import { formatTime } from '@/shared/time';
import { portal } from './messages';
import { KeyOfContent } from './states';
import type { FileFace, MessageFace } from './types';
import { UploadField, useUploads } from './uploads';

function Attachment({ token, file }: { token: string; file: FileFace }) {
  const t = useMessages(portal);
  const address = url('/api/v1/public/tickets/{token}/files/{id}', { token, id: file.id });
  if (file.safe_inline && file.media_type.startsWith('image/')) {
    return (
      <a href={address} target="_blank" rel="noreferrer">
        <img src={address} alt={t('file', { name: file.name })} loading="lazy" />
      </a>
    );
  }
  return (
    <a href={address} target="_blank" rel="noreferrer" style={{ display: 'block', padding: '8px 0' }}>
      {t('file', { name: file.name })}
    </a>
  );
}

export function Thread({
  token,
  messages,
  onSent,
}: {
  token: string;
  messages: readonly MessageFace[];
  onSent: () => Promise<unknown>;
}) {
  const t = useMessages(portal);
  const { message } = App.useApp();
  const uploads = useUploads(url('/api/v1/public/tickets/{token}/files', { token }));
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [keys, setKeys] = useState(() => new KeyOfContent(newKey));
  const empty = text.trim() === '' && uploads.ids.length === 0;
  const send = async () => {
    setBusy(true);
    const body = { body: text.trim() || t('seeFiles'), file_ids: uploads.ids };
    try {
      const path = url('/api/v1/public/tickets/{token}/messages', { token });
      await api.post(path, body, { anonymous: true, key: keys.of(body) });
      setText('');
      uploads.clear();
      // The same words once more are another message.
      setKeys(new KeyOfContent(newKey));
      await onSent();
    } catch (error) {
      void message.error(problemText(error), 6);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="p-card" aria-label={t('messages')}>
      <h2>{t('messages')}</h2>
      {messages.length === 0 && <p className="muted">{t('noMessages')}</p>}
      <ol className="p-thread" aria-live="polite">
        {messages.map((item) => (
          <li key={item.id} className={item.from === 'customer' ? 'p-mine' : ''}>
            <div className="p-meta">
              {item.from === 'customer' ? t('you') : item.author} · {formatTime(item.at)}
            </div>
            <div className="p-bubble">
              {item.body}
              {item.files.map((file) => (
                <Attachment key={file.id} token={token} file={file} />
              ))}
            </div>
          </li>
        ))}
      </ol>
      <label>
        <span className="p-label">{t('write')}</span>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 10 }}
          maxLength={20_000}
          placeholder={t('writePlaceholder')}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <UploadField uploads={uploads} label={t('attach')} />
      <Button type="primary" loading={busy} disabled={empty || !uploads.settled} onClick={() => void send()}>
        {t('sendMessage')}
      </Button>
    </section>
  );
}
