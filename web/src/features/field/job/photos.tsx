/** Photos with the job, the time and the place written on them. */
import { CameraOutlined, PictureOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { shrink } from '@/shared/media/picture';
import { formatTime } from '@/shared/time';
import { useSync, type Record as RecordStep } from '../context';
import { digestOf } from '../digest';
import { field } from '../messages';
import { findPlace, type Place } from '../place';
import type { ShownPhoto, ShownVisit } from '../queue/overlay';
import type { PhotoKind } from '../types';
import { watermark, watermarkLines } from '../watermark';
import { Choices, Section } from './section';

/** The address of a picture kept on the phone, while it is shown. */
export function useKeptPicture(id: string | undefined): string | undefined {
  const sync = useSync();
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    if (!id) return undefined;
    let made: string | undefined;
    let gone = false;
    void sync.picture(id).then((blob) => {
      if (gone || !blob) return;
      made = URL.createObjectURL(blob);
      setAddress(made);
    });
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, sync]);
  return address;
}

const KIND_KEYS = { before: 'photoBefore', after: 'photoAfter', other: 'photoOther' } as const;

function Thumb({ photo }: { photo: ShownPhoto }) {
  const t = useMessages(field);
  const kept = useKeptPicture(photo.blob_id);
  const [missing, setMissing] = useState(false);
  const address = kept ?? (photo.file_id ? `/api/v1/files/${photo.file_id}/content` : undefined);
  const kind = t(KIND_KEYS[photo.kind]);
  const inside = (
    <>
      {address && !missing ? (
        <img
          src={address}
          loading="lazy"
          alt={t('photoAlt', { kind, time: formatTime(photo.taken_at) })}
          onError={() => setMissing(true)}
        />
      ) : (
        <span className="f-photo-missing" style={{ position: 'static', background: 'transparent', color: 'inherit' }}>
          {t('photoElsewhere')}
        </span>
      )}
      <span>{photo.file_id ? kind : `${kind} · ${t('photoWaiting')}`}</span>
    </>
  );
  return address && !missing ? (
    <a className="f-photo" href={address} target="_blank" rel="noreferrer">
      {inside}
    </a>
  ) : (
    <div className="f-photo">{inside}</div>
  );
}

export function Photos({ visit, record, engineer }: { visit: ShownVisit; record: RecordStep; engineer: string }) {
  const t = useMessages(field);
  const camera = useRef<HTMLInputElement>(null);
  const album = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState<PhotoKind>(visit.status === 'on_site' ? 'before' : 'other');
  const [busy, setBusy] = useState(false);
  const [bad, setBad] = useState(false);

  const keep = async (file: File, takenAt: Date, place: Place) => {
    const facts = { takenAt, place, ticketNumber: visit.ticket_number, visitNumber: visit.number, engineer };
    const blob = await shrink(file, watermark(watermarkLines(facts)));
    const bytes = await blob.arrayBuffer();
    const sha256 = await digestOf(bytes);
    const { lat, lng } = place;
    await record('photo', {
      payload: {
        kind,
        taken_at: takenAt.toISOString(),
        ...(lat !== undefined && lng !== undefined ? { lat, lng } : {}),
        ...(sha256 ? { sha256 } : {}),
      },
      picture: { bytes, type: 'image/jpeg', name: `${visit.number}-${takenAt.getTime()}.jpg` },
    });
  };
  /** A picture from the album was taken earlier and elsewhere: its own time counts, and its place is unknown. */
  const take = async (files: FileList | null, fromCamera: boolean) => {
    const list = [...(files ?? [])];
    if (list.length === 0) return;
    setBusy(true);
    setBad(false);
    const now = new Date();
    const place = fromCamera ? await findPlace() : {};
    for (const file of list) {
      const takenAt = fromCamera || !file.lastModified ? now : new Date(Math.min(file.lastModified, now.getTime()));
      try {
        // One after another: a phone has little memory.
        // oxlint-disable-next-line no-await-in-loop
        await keep(file, takenAt, place);
      } catch {
        setBad(true);
      }
    }
    setBusy(false);
    for (const input of [camera.current, album.current]) if (input) input.value = '';
  };

  return (
    <Section title={t('photos')} extra={<span className="muted number">{visit.shown_photos.length}</span>}>
      {visit.shown_photos.length > 0 && (
        <ul className="f-photos">
          {visit.shown_photos.map((photo) => (
            <li key={photo.key}>
              <Thumb photo={photo} />
            </li>
          ))}
        </ul>
      )}
      <Choices
        label={t('photoKind')}
        name="photo-kind"
        three
        value={kind}
        options={(['before', 'after', 'other'] as const).map((value) => ({ value, label: t(KIND_KEYS[value]) }))}
        onChange={setKind}
      />
      <input
        ref={camera}
        type="file"
        accept="image/*"
        capture="environment"
        hidden
        aria-label={t('takePhoto')}
        data-testid="camera"
        onChange={(event) => void take(event.target.files, true)}
      />
      <input
        ref={album}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label={t('pickPhoto')}
        onChange={(event) => void take(event.target.files, false)}
      />
      <div className="f-actions">
        <Button icon={<PictureOutlined />} disabled={busy} onClick={() => album.current?.click()}>
          {t('pickPhoto')}
        </Button>
        <Button type="primary" icon={<CameraOutlined />} loading={busy} onClick={() => camera.current?.click()}>
          {t('takePhoto')}
        </Button>
      </div>
      <p className={bad ? 'f-error' : 'muted'} role={bad ? 'alert' : undefined}>
        {bad ? t('photoBad') : busy ? t('photoWorking') : t('photoHint')}
      </p>
    </Section>
  );
}
