import { CopyOutlined, PrinterOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { ConfirmAction } from '@/shared/ui/confirm_action';
import { copyText } from '@/shared/ui/copy_text';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { devices } from './messages';
import type { Device } from './model';

/** The device's code: seen, copied, printed as a label, changed. */
export function QrPanel({ device, editable }: { device: Device; editable: boolean }) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const source = `/api/v1/devices/${device.id}/qr.svg?v=${device.version}`;
  const link = `${location.origin}/s/${device.qr_token}`;
  return (
    <Panel title={t('qr')}>
      <div className="qr-label" id="qr-label">
        <img src={source} alt={`${t('qr')} ${device.serial_number}`} width="168" height="168" />
        <div>
          <strong>{t('scan')}</strong>
          <div>{device.product_name}</div>
          <div className="number">{device.serial_number}</div>
        </div>
      </div>
      <p className="muted no-print">{t('qrText')}</p>
      <div className="row no-print" style={{ marginTop: 8 }}>
        <Button
          size="small"
          icon={<PrinterOutlined />}
          onClick={() => {
            document.body.classList.add('printing-label');
            window.print();
            document.body.classList.remove('printing-label');
          }}
        >
          {t('printLabel')}
        </Button>
        <Button
          size="small"
          icon={<CopyOutlined />}
          onClick={() => void copyText(link).then(() => message.success(c('copied')))}
        >
          {t('copyLink')}
        </Button>
        {editable && (
          <Button size="small" danger onClick={() => setAsking(true)}>
            {t('rotate')}
          </Button>
        )}
      </div>
      <ConfirmAction
        open={asking}
        title={t('rotate')}
        text={t('rotateText')}
        danger
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await api.post(`/api/v1/devices/${device.id}/qr-token`, undefined, { version: device.version });
          await queryClient.invalidateQueries({ queryKey: ['device'] });
        }}
      />
    </Panel>
  );
}
