import { Form, Input } from 'antd';
import { useMessages } from '@/shared/i18n';
import { identity } from './messages';

export const PASSWORD_LENGTH = 10;

/** A new password, twice; the field that is sent is called `name`. */
export function NewPasswordFields({ name = 'password' }: { name?: string }) {
  const t = useMessages(identity);
  return (
    <>
      <Form.Item
        name={name}
        label={t('newPassword')}
        extra={t('passwordRule')}
        rules={[{ required: true }, { min: PASSWORD_LENGTH, message: t('passwordTooShort') }]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('repeatPassword')}
        dependencies={[name]}
        rules={[
          { required: true },
          (form) => ({
            validator: (_, value) =>
              !value || form.getFieldValue(name) === value
                ? Promise.resolve()
                : Promise.reject(new Error(t('passwordDiffers'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={200} />
      </Form.Item>
    </>
  );
}
