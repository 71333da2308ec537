import { ScanOutlined } from '@ant-design/icons';
import { Button, Input, Modal } from 'antd';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { formView } from '../messages';
import { useFormMessages, useFormScope } from '../scope';
import type { InputProps } from '../types';

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

type DetectorClass = new () => Detector;

/** The browser's own reader of codes, where it has one. */
function detectorClass(): DetectorClass | undefined {
  const found = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  return found !== undefined && navigator.mediaDevices !== undefined ? found : undefined;
}

function Camera({
  make,
  onCode,
  onProblem,
}: {
  make: DetectorClass;
  onCode: (code: string) => void;
  onProblem: () => void;
}) {
  const t = useFormMessages(formView);
  const video = useRef<HTMLVideoElement>(null);
  const found = useEffectEvent(onCode);
  const failed = useEffectEvent(onProblem);
  useEffect(() => {
    let stopped = false;
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      const element = video.current;
      if (stopped || !element) return stream.getTracks().forEach((track) => track.stop());
      element.srcObject = stream;
      await element.play();
      const detector = new make();
      const look = async () => {
        if (stopped) return;
        const [code] = await detector.detect(element);
        if (code && code.rawValue !== '') return found(code.rawValue);
        timer = setTimeout(() => void look().catch(failed), 150);
      };
      await look();
    };
    run().catch(() => {
      if (!stopped) failed();
    });
    return () => {
      stopped = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, [make]);
  return (
    <>
      <p>{t('scanning')}</p>
      {/* What the camera sees has no sound. */}
      <video ref={video} muted playsInline className="fv-camera" aria-label={t('scanning')} />
    </>
  );
}

/** What a code says: typed, sent by a scanner that types, or read by the camera. */
export function BarcodeInput({ maxLength, ...props }: InputProps & { maxLength: number }) {
  const t = useFormMessages(formView);
  const { preview } = useFormScope();
  const [open, setOpen] = useState(false);
  const [problem, setProblem] = useState<string>();
  const make = detectorClass();
  return (
    <div>
      <Input
        id={props.id}
        value={typeof props.value === 'string' ? props.value : ''}
        disabled={props.disabled}
        maxLength={maxLength}
        aria-label={props.label}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid}
        {...(props.invalid ? { status: 'error' as const } : {})}
        onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
        // A scanner ends with Enter, which is not meant for the form.
        onPressEnter={(event) => event.preventDefault()}
        onBlur={props.onLeave}
        suffix={
          <Button
            type="text"
            size="small"
            icon={<ScanOutlined />}
            disabled={props.disabled || preview}
            aria-label={`${t('scan')} ${props.label}`}
            onClick={() => (make ? setOpen(true) : setProblem(t('scanUnsupported')))}
          />
        }
      />
      {problem && (
        <p role="status" className="muted">
          {problem}
        </p>
      )}
      <Modal
        open={open}
        title={`${t('scan')} · ${props.label}`}
        footer={<Button onClick={() => setOpen(false)}>{t('scanStop')}</Button>}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        {make && (
          <Camera
            make={make}
            onCode={(code) => {
              props.onChange(code);
              props.onLeave();
              setOpen(false);
            }}
            onProblem={() => {
              setProblem(t('scanFailed'));
              setOpen(false);
            }}
          />
        )}
      </Modal>
    </div>
  );
}
