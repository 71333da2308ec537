import { Alert, App, Form, Input, Modal } from 'antd';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import { useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { useAttempt } from '@/shared/ui/use_attempt';
import { customers } from './messages';
import type { Customer } from './model';

interface Meant {
  reason: string;
  confirm_name: string;
}

/** Says what erasing takes away for good and what stays, and has the name typed before it is done. */
export default function EraseDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const t = useMessages(customers);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [form] = Form.useForm<Meant>();
  const { busy, error, attempt } = useAttempt();
  const erase = async (meant: Meant) => {
    await attempt(async () => {
      await api.post<Customer>(
        `/api/v1/customers/${customer.id}/erase`,
        { reason: meant.reason.trim(), confirm_name: meant.confirm_name.trim() },
        { version: customer.version },
      );
      await queryClient.invalidateQueries({ queryKey: ['customer'] });
      void message.success(t('eraseDone'));
      onClose();
    });
  };
  return (
    <Modal
      open
      title={t('erase')}
      okText={t('erase')}
      cancelText={c('cancel')}
      okButtonProps={{ danger: true, loading: busy }}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <div className="stack">
        <Alert
          type="warning"
          showIcon
          title={t('eraseWarn')}
          description={
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              <li>{t('eraseGone')}</li>
              <li>{t('eraseKept')}</li>
              <li>{t('eraseMerged')}</li>
              <li>{t('eraseLogged')}</li>
            </ul>
          }
        />
        {error !== undefined && <ErrorState error={error} />}
        <Form<Meant> form={form} layout="vertical" onFinish={(meant) => void erase(meant)}>
          <Form.Item
            name="reason"
            label={t('eraseReason')}
            rules={[{ required: true, whitespace: true, message: c('required', { label: t('eraseReason') }) }]}
          >
            <Input maxLength={200} />
          </Form.Item>
          <Form.Item
            name="confirm_name"
            label={t('eraseConfirm', { name: customer.name })}
            rules={[
              {
                validator: (_rule, typed: string | undefined) =>
                  typed?.trim() === customer.name ? Promise.resolve() : Promise.reject(new Error(t('eraseDifferent'))),
              },
            ]}
          >
            <Input autoComplete="off" maxLength={200} />
          </Form.Item>
          <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
        </Form>
      </div>
    </Modal>
  );
}
