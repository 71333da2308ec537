/** A secret that is shown this once. */
import { CopyOutlined } from '@ant-design/icons';
import { App, Button, Modal } from 'antd';
import { useMessages } from '@/shared/i18n';
import { copyText } from '@/shared/ui/copy_text';
import { common } from '@/shared/ui/messages';

export interface Made {
  name: string;
  secret?: string | null;
}

export function SecretModal({ made, text, onClose }: { made: Made | undefined; text: string; onClose: () => void }) {
  const c = useMessages(common);
  const { message } = App.useApp();
  return (
    <Modal open={made !== undefined} title={made?.name} footer={null} onCancel={onClose} mask={{ closable: false }}>
      {made && (
        <div className="stack">
          <p>{text}</p>
          <code style={{ overflowWrap: 'anywhere' }}>{made.secret}</code>
          <Button
            type="primary"
            icon={<CopyOutlined />}
            onClick={() => void copyText(made.secret ?? '').then(() => message.success(c('copied')))}
          >
            {c('copy')}
          </Button>
        </div>
      )}
    </Modal>
  );
}
