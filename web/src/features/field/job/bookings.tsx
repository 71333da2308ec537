/** Time, parts and notes: everything that is added and never conflicts. */
import { MinusOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { formatMinutes, formatTime } from '@/shared/time';
import { useSyncState, type Record as RecordStep } from '../context';
import { fold } from '../list_page';
import { field } from '../messages';
import type { ShownVisit } from '../queue/overlay';
import type { FieldPart, TimeKind } from '../types';
import { Choices, Section } from './section';

interface Props {
  visit: ShownVisit;
  record: RecordStep;
}

/** Whole minutes from 1 to a day, or nothing. */
export function minutesOf(text: string): number | undefined {
  const plain = text.normalize('NFKC').trim();
  if (!/^\d{1,4}$/.test(plain)) return undefined;
  const minutes = Number(plain);
  return minutes >= 1 && minutes <= 1440 ? minutes : undefined;
}

export function TimeBookings({ visit, record }: Props) {
  const t = useMessages(field);
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<TimeKind>('labour');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const minutes = minutesOf(text);
  const save = async () => {
    setTried(true);
    if (minutes === undefined) return;
    if (await record('labour', { payload: { minutes, kind } })) {
      setOpen(false);
      setText('');
      setTried(false);
    }
  };
  return (
    <Section title={t('time')} extra={!open && <Button onClick={() => setOpen(true)}>{t('addTime')}</Button>}>
      <div className="f-two">
        <div>
          <span className="muted">{t('labour')}</span>
          <div className="f-time">{formatMinutes(visit.labour_minutes)}</div>
        </div>
        <div>
          <span className="muted">{t('travel')}</span>
          <div className="f-time">{formatMinutes(visit.travel_minutes)}</div>
        </div>
      </div>
      {!open && <p className="muted">{t('timeHint')}</p>}
      {open && (
        <div className="stack">
          <Choices
            label={t('time')}
            name="time-kind"
            value={kind}
            options={[
              { value: 'labour', label: t('labour') },
              { value: 'travel', label: t('travel') },
            ]}
            onChange={setKind}
          />
          <label>
            <span className="f-label">{t('minutes')}</span>
            <Input
              inputMode="numeric"
              value={text}
              status={tried && minutes === undefined ? 'error' : ''}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          {tried && minutes === undefined && <p className="f-error">{t('minutesInvalid')}</p>}
          <div className="f-actions">
            <Button onClick={() => setOpen(false)}>{t('cancel')}</Button>
            <Button type="primary" onClick={() => void save()}>
              {t('add')}
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}

const SHOWN_PARTS = 20;

/** Parts whose name or code holds every word. */
export function findParts(parts: readonly FieldPart[], query: string): FieldPart[] {
  const words = query.split(/\s+/).map(fold).filter(Boolean);
  const hits = parts.filter((part) => {
    const text = fold(`${part.code} ${part.name}`);
    return words.every((word) => text.includes(word));
  });
  return hits.slice(0, SHOWN_PARTS);
}

export function PartsUsed({ visit, record }: Props) {
  const t = useMessages(field);
  const parts = useSyncState().day?.parts ?? [];
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState('');
  const [part, setPart] = useState<FieldPart>();
  const [quantity, setQuantity] = useState(1);
  const [serial, setSerial] = useState('');
  const hits = findParts(parts, query);
  const close = () => {
    setOpen(false);
    setPart(undefined);
    setQuery('');
    setQuantity(1);
    setSerial('');
  };
  const save = async () => {
    if (!part) return;
    const { id: part_id, code, name, unit } = part;
    const payload = { part_id, quantity, ...(serial.trim() ? { serial: serial.trim() } : {}) };
    if (await record('part_use', { payload, shown: { code, name, unit } })) close();
  };
  return (
    <Section title={t('parts')} extra={!open && <Button onClick={() => setOpen(true)}>{t('addPart')}</Button>}>
      {visit.parts_used.length === 0 && !open && <p className="muted">{t('noParts')}</p>}
      <ul className="f-rows">
        {visit.parts_used.map((line) => (
          <li key={line.use_id} className="row-between" style={{ flexWrap: 'nowrap' }}>
            <span>
              {line.name} <span className="muted number">{line.code}</span>
              {line.serial && (
                <span className="muted" style={{ display: 'block' }}>
                  {line.serial}
                </span>
              )}
            </span>
            <span className="number nowrap" style={{ fontWeight: 650 }}>
              {line.quantity} {line.unit}
            </span>
          </li>
        ))}
      </ul>
      {open && !part && (
        <div className="stack" style={{ gap: 8 }}>
          <Input
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            aria-label={t('searchPart')}
            placeholder={t('searchPart')}
            allowClear
          />
          {parts.length === 0 && <p className="muted">{t('partsMissing')}</p>}
          {parts.length > 0 && hits.length === 0 && <p className="muted">{t('noPartHit')}</p>}
          <ul className="f-rows">
            {hits.map((hit) => (
              <li key={hit.id} style={{ padding: 0 }}>
                <button type="button" className="f-pick" onClick={() => setPart(hit)}>
                  <span>
                    {hit.name} <span className="muted number">{hit.code}</span>
                  </span>
                  <span className="muted nowrap">{t('stock', { n: hit.stock })}</span>
                </button>
              </li>
            ))}
          </ul>
          <Button onClick={close}>{t('cancel')}</Button>
        </div>
      )}
      {open && part && (
        <div className="stack">
          <div className="row-between" style={{ flexWrap: 'nowrap' }}>
            <strong>{t('chosen', { name: part.name })}</strong>
            <Button onClick={() => setPart(undefined)}>{t('chooseOther')}</Button>
          </div>
          <div className="row" role="group" aria-label={t('quantity')}>
            <span className="f-label grow">{t('quantity')}</span>
            <Button
              aria-label={t('less')}
              icon={<MinusOutlined />}
              disabled={quantity <= 1}
              onClick={() => setQuantity(quantity - 1)}
            />
            <output className="f-time" aria-live="polite" style={{ minWidth: 56, textAlign: 'center' }}>
              {quantity} {part.unit}
            </output>
            <Button
              aria-label={t('more')}
              icon={<PlusOutlined />}
              disabled={quantity >= 999}
              onClick={() => setQuantity(quantity + 1)}
            />
          </div>
          <label>
            <span className="f-label">{t('pieceSerial')}</span>
            <Input value={serial} maxLength={200} onChange={(event) => setSerial(event.target.value)} />
          </label>
          <div className="f-actions">
            <Button onClick={close}>{t('cancel')}</Button>
            <Button type="primary" onClick={() => void save()}>
              {t('add')}
            </Button>
          </div>
        </div>
      )}
    </Section>
  );
}

export function Notes({ visit, record }: Props) {
  const t = useMessages(field);
  const [text, setText] = useState('');
  const save = async () => {
    if (await record('note', { payload: { text: text.trim() } })) setText('');
  };
  return (
    <Section title={t('notes')}>
      {visit.notes.length > 0 && (
        <ul className="f-rows">
          {visit.notes.map((note) => (
            <li key={note.command_id}>
              <div className="prewrap">{note.text}</div>
              <div className="muted">{[note.by_name, formatTime(note.at)].filter(Boolean).join(' · ')}</div>
            </li>
          ))}
        </ul>
      )}
      <Input.TextArea
        aria-label={t('addNote')}
        placeholder={t('notePlaceholder')}
        autoSize={{ minRows: 2 }}
        maxLength={20_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button disabled={text.trim() === ''} onClick={() => void save()}>
        {t('addNote')}
      </Button>
    </Section>
  );
}
