/** Anybody may look up the warranty of a device here, by its serial number or by what its QR code carries. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Skeleton } from 'antd';
import { api } from '@/shared/api/api';
import { ApiError, problemText } from '@/shared/api/problem';
import type { components } from '@/shared/api/schema';
import { defineMessages, useMessages } from '@/shared/i18n';
import { Facts, WarrantyTag } from '@/shared/ui/texts';
import { Frame } from './frame';

type PublicWarranty = components['schemas']['PublicWarranty'];

interface Asked {
  serial?: string;
  code?: string;
}

const messages = defineMessages(
  {
    title: '保修查询',
    intro: '输入设备铭牌上的序列号，即可查询保修情况，无需登录。',
    serial: '序列号',
    serialHint: '在设备铭牌或二维码标签上',
    company: '服务商代码',
    companyHint: '服务商提供的英文简称；没有可不填',
    look: '查询',
    required: '请输入序列号',
    unknown: '没有找到这台设备。请核对序列号和服务商代码。',
    failed: '现在无法查询，请稍后再试。',
    product: '产品',
    model: '型号',
    on: '查询日期',
    until: '保修至',
    ended: '保修已于此日结束',
    components: '单独保修的部件',
    result: '查询结果',
  },
  {
    title: 'Warranty check',
    intro: 'Type the serial number of the device to see its warranty; no sign-in needed.',
    serial: 'Serial number',
    serialHint: 'on the plate or the QR label of the device',
    company: 'Service company’s code',
    companyHint: 'the short name they gave you; leave empty if you have none',
    look: 'Check',
    required: 'Please enter the serial number',
    unknown: 'There is no such device. Please check the serial number and the company’s code.',
    failed: 'This can’t be checked right now; please try again later.',
    product: 'Product',
    model: 'Model',
    on: 'Checked on',
    until: 'Warranty until',
    ended: 'The warranty ended on',
    components: 'Components with terms of their own',
    result: 'Result',
  },
);

function Result({ found }: { found: PublicWarranty }) {
  const t = useMessages(messages);
  return (
    <section className="panel stack" aria-label={t('result')} style={{ marginTop: 16 }}>
      <h2 style={{ fontSize: 18 }} className="number">
        {found.serial}
      </h2>
      <WarrantyTag verdict={{ in_warranty: found.covered, reason_code: found.reason_code }} reason />
      <Facts
        items={[
          ...(found.product ? [[t('product'), found.product] as const] : []),
          ...(found.model ? [[t('model'), found.model] as const] : []),
          ...(found.ends_on ? [[t(found.covered === false ? 'ended' : 'until'), found.ends_on] as const] : []),
          [t('on'), found.on],
        ]}
      />
      {found.components.length > 0 && (
        <>
          <h3 style={{ fontSize: 16 }}>{t('components')}</h3>
          <ul className="plain-list">
            {found.components.map((part) => (
              <li key={part.name} className="row-between">
                <span>{part.name}</span>
                <span className="row">
                  <span className="number">{part.ends_on}</span>
                  <WarrantyTag verdict={{ in_warranty: part.covered }} />
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

export default function WarrantyLookup() {
  const t = useMessages(messages);
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }) as Asked;
  const wanted = Boolean(asked.serial ?? asked.code);
  const answer = useQuery({
    queryKey: ['public', 'warranty', asked.serial, asked.code],
    queryFn: ({ signal }) =>
      api.get<PublicWarranty>(
        '/api/v1/public/warranty',
        { serial: asked.serial, code: asked.code },
        { signal, anonymous: true },
      ),
    enabled: wanted,
    retry: false,
    staleTime: 60_000,
  });
  const problem = () => {
    const { error } = answer;
    if (!(error instanceof ApiError)) return t('failed');
    if (error.status === 404 || error.status === 400) return t('unknown');
    return problemText(error);
  };
  const look = (values: Asked) => {
    const serial = values.serial?.trim();
    const code = values.code?.trim();
    const search = { ...(serial ? { serial } : {}), ...(code ? { code } : {}) };
    if (search.serial === asked.serial && search.code === asked.code) void answer.refetch();
    else void navigate({ to: '/w', search });
  };
  return (
    <Frame title={t('title')} {...(answer.data ? { company: answer.data.company } : {})}>
      <h1 style={{ fontSize: 22, marginBottom: 8 }}>{t('title')}</h1>
      <p className="muted" style={{ marginBottom: 16 }}>
        {t('intro')}
      </p>
      <Form<Asked> layout="vertical" initialValues={asked} onFinish={look}>
        <Form.Item
          name="serial"
          label={t('serial')}
          extra={t('serialHint')}
          rules={[{ required: true, whitespace: true, message: t('required') }]}
        >
          <Input maxLength={100} autoComplete="off" autoCapitalize="characters" />
        </Form.Item>
        <Form.Item name="code" label={t('company')} extra={t('companyHint')}>
          <Input maxLength={200} autoComplete="off" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={answer.isFetching}>
          {t('look')}
        </Button>
      </Form>
      <div aria-live="polite">
        {wanted && answer.isPending && <Skeleton active style={{ marginTop: 16 }} />}
        {answer.isError && <Alert type="warning" showIcon title={problem()} style={{ marginTop: 16 }} />}
        {answer.data && <Result found={answer.data} />}
      </div>
    </Frame>
  );
}
