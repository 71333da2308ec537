import { QrcodeOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useMessages } from '@/shared/i18n';
import { devices } from './messages';

const LabelsDialog = lazy(() => import('./labels_dialog'));

/** Prints labels of the devices that were chosen in the list. */
export function LabelsButton({ ids }: { ids: readonly string[] }) {
  const t = useMessages(devices);
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<QrcodeOutlined />} onClick={() => setOpen(true)}>
        {t('labels')}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <LabelsDialog ids={ids} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
