import { AimOutlined } from '@ant-design/icons';
import { Button, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { isObject } from '../../json';
import { MapPickerButton } from '../../map/map_picker_button';
import { formView } from '../messages';
import { useFormMessages } from '../scope';
import type { InputProps } from '../types';

export interface Place {
  lat?: number | null;
  lng?: number | null;
  system?: string;
  address?: string | null;
}

/** A place on earth: measured by the browser, or typed as coordinates and address. */
export function LocationInput(props: InputProps) {
  const t = useFormMessages(formView);
  const place: Place = isObject(props.value) ? (props.value as Place) : {};
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const change = (part: Place) => {
    const next: Place = { system: 'wgs84', ...place, ...part };
    const says = [next.lat, next.lng, next.address].some((one) => one !== undefined && one !== null && one !== '');
    props.onChange(says ? next : null);
  };
  const locate = () => {
    if (!('geolocation' in navigator) || !globalThis.isSecureContext) return setProblem(t('locateInsecure'));
    setBusy(true);
    setProblem(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setBusy(false);
        const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
        change({ lat: round(coords.latitude), lng: round(coords.longitude), system: 'wgs84' });
        props.onLeave();
      },
      () => {
        setBusy(false);
        setProblem(t('locateFailed'));
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  };
  const status = props.invalid ? { status: 'error' as const } : {};
  const degrees = (name: 'lat' | 'lng') => (
    <InputNumber
      value={typeof place[name] === 'number' ? place[name] : null}
      controls={false}
      disabled={props.disabled}
      prefix={<span className="muted">{t(name)}</span>}
      aria-label={`${props.label} · ${t(name)}`}
      aria-describedby={props.describedBy}
      aria-invalid={props.invalid}
      style={{ width: '100%' }}
      onChange={(next) => change({ [name]: next })}
      onBlur={props.onLeave}
      {...status}
    />
  );
  return (
    <div className="fv-location" role="group" aria-label={props.label}>
      <div className="fv-degrees">
        {degrees('lat')}
        {degrees('lng')}
        <Select
          value={place.system ?? 'wgs84'}
          disabled={props.disabled}
          aria-label={`${props.label} · ${t('coordinates')}`}
          options={(['wgs84', 'gcj02', 'bd09'] as const).map((system) => ({ value: system, label: t(system) }))}
          onChange={(system: string) => change({ system })}
        />
        <Button icon={<AimOutlined />} loading={busy} disabled={props.disabled} onClick={locate}>
          {t(busy ? 'locating' : 'locate')}
        </Button>
      </div>
      <MapPickerButton
        id={props.id}
        label={props.label}
        point={
          typeof place.lat === 'number' && typeof place.lng === 'number'
            ? { lat: place.lat, lng: place.lng }
            : undefined
        }
        disabled={props.disabled}
        onPick={change}
      />
      <Input
        value={place.address ?? ''}
        disabled={props.disabled}
        maxLength={500}
        placeholder={t('address')}
        aria-label={`${props.label} · ${t('address')}`}
        onChange={(event) => change({ address: event.target.value === '' ? null : event.target.value })}
        onBlur={props.onLeave}
      />
      {problem && (
        <p role="alert" className="fv-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
