import { Alert, Form, Modal, Select } from 'antd';
import { useState } from 'react';
import { saveFile } from '@/shared/api/save_file';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { useAttempt } from '@/shared/ui/use_attempt';
import { devices } from './messages';

const SIZES = ['40x30', '60x40', '80x50', 'a4-3x8'] as const;
const MOST = 1000;

/** Makes a PDF of QR labels on the sheet that people choose. */
export default function LabelsDialog({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const [size, setSize] = useState<(typeof SIZES)[number]>(ids.length > 1 ? 'a4-3x8' : '60x40');
  const { busy, error, attempt } = useAttempt();
  const print = async () => {
    await attempt(async () => {
      await saveFile('/api/v1/devices/labels', `${t('labels')}.pdf`, { ids, size });
      onClose();
    });
  };
  return (
    <Modal
      open
      title={t('labels')}
      okText={t('download')}
      cancelText={c('cancel')}
      okButtonProps={{ loading: busy, disabled: ids.length > MOST }}
      onOk={() => void print()}
      onCancel={onClose}
    >
      <div className="stack">
        <p>{t('labelsText', { n: ids.length })}</p>
        {ids.length > MOST && <Alert type="warning" showIcon title={t('labelsMost')} />}
        {error !== undefined && <ErrorState error={error} />}
        <Form layout="vertical">
          <Form.Item label={t('labelSize')} htmlFor="label-size">
            <Select
              id="label-size"
              value={size}
              onChange={setSize}
              options={SIZES.map((one) => ({ value: one, label: t(one === 'a4-3x8' ? 'size_a4' : `size_${one}`) }))}
            />
          </Form.Item>
        </Form>
      </div>
    </Modal>
  );
}
