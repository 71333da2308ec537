import { App, Form, Input, Modal } from 'antd';
import { useMessages } from '../i18n';
import type { ConfirmActionProps } from './confirm_action';
import { ErrorState } from './error_state';
import { common } from './messages';
import { useAttempt } from './use_attempt';

/** Says what will happen, asks for a reason where one is needed, and keeps it when the server refuses. */
export default function ConfirmDialog({
  open,
  title,
  text,
  okText,
  danger,
  reason,
  onConfirm,
  onClose,
}: ConfirmActionProps) {
  const t = useMessages(common);
  const { message } = App.useApp();
  const [form] = Form.useForm<{ reason?: string }>();
  const { busy, error, attempt } = useAttempt();
  const confirm = async () => {
    const values = await form.validateFields();
    await attempt(async () => {
      await onConfirm(values.reason?.trim() ?? '');
      void message.success(t('done'));
      form.resetFields();
      onClose();
    });
  };
  return (
    <Modal
      open={open}
      title={title}
      okText={okText ?? t('confirm')}
      okButtonProps={{ danger: danger ?? false, loading: busy }}
      onOk={() => void confirm().catch(() => undefined)}
      onCancel={onClose}
      destroyOnHidden
    >
      <div className="stack">
        {text && <div>{text}</div>}
        {error !== undefined && <ErrorState error={error} />}
        <Form form={form} layout="vertical">
          {reason && (
            <Form.Item
              name="reason"
              label={t('reason')}
              rules={[{ required: true, whitespace: true, message: t('required', { label: t('reason') }) }]}
            >
              <Input.TextArea rows={3} maxLength={2000} showCount />
            </Form.Item>
          )}
        </Form>
      </div>
    </Modal>
  );
}
