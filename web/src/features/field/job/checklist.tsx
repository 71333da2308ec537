import { Button, Input } from 'antd';
import { useState } from 'react';
import { useLocale, useMessages } from '@/shared/i18n';
import type { Record as RecordStep } from '../context';
import { field } from '../messages';
import type { ShownVisit } from '../queue/overlay';
import type { ChecklistEntry } from '../types';
import { Section } from './section';

function Entry({ entry, record }: { entry: ChecklistEntry; record: RecordStep }) {
  const t = useMessages(field);
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState(entry.note ?? '');
  const label = locale === 'en' ? entry.label_en : entry.label_zh;
  const send = (done: boolean, text?: string) =>
    record('checklist', {
      payload: { items: [{ id: entry.id, done, ...(text ? { note: text } : {}) }] },
      shown: { label: entry.label_zh, label_en: entry.label_en },
    });
  return (
    <li>
      <div className="row" style={{ flexWrap: 'nowrap' }}>
        <label className="f-check">
          <input type="checkbox" checked={entry.done} onChange={(event) => void send(event.target.checked)} />
          <span>
            {label}
            {entry.required && <span className="muted"> ({t('required')})</span>}
            {entry.note && !open && (
              <span className="muted" style={{ display: 'block' }}>
                {entry.note}
              </span>
            )}
          </span>
        </label>
        <Button
          type="text"
          aria-expanded={open}
          aria-label={`${t('checkNote')}: ${label}`}
          onClick={() => setOpen(!open)}
        >
          ✎
        </Button>
      </div>
      {open && (
        <div className="stack" style={{ gap: 8, paddingBottom: 8 }}>
          <Input.TextArea
            aria-label={`${t('checkNote')}: ${label}`}
            placeholder={t('checkNote')}
            autoSize={{ minRows: 2 }}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <Button
            disabled={note.trim() === ''}
            onClick={() => void send(entry.done, note.trim()).then((kept) => kept && setOpen(false))}
          >
            {t('saveNote')}
          </Button>
        </div>
      )}
    </li>
  );
}

export function Checklist({ visit, record }: { visit: ShownVisit; record: RecordStep }) {
  const t = useMessages(field);
  const done = visit.checklist.filter((entry) => entry.done).length;
  return (
    <Section
      title={t('checklist')}
      extra={<span className="muted number">{t('checklistDone', { done, all: visit.checklist.length })}</span>}
    >
      {visit.checklist.length === 0 && <p className="muted">{t('noChecklist')}</p>}
      <ul className="f-rows">
        {visit.checklist.map((entry) => (
          <Entry key={entry.id} entry={entry} record={record} />
        ))}
      </ul>
    </Section>
  );
}
