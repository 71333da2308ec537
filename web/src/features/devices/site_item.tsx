import { useQuery } from '@tanstack/react-query';
import { Form, Select } from 'antd';
import { api } from '@/shared/api/api';
import type { Page } from '@/shared/api/types';
import type { Values } from '@/shared/fields/spec';
import { useMessages } from '@/shared/i18n';
import { common } from '@/shared/ui/messages';
import { devices } from './messages';
import type { Device } from './model';

/** The site among those of the customer that the form names. */
export function SiteItem() {
  const t = useMessages(devices);
  const c = useMessages(common);
  const customer = Form.useWatch<string | null | undefined>('customer_id');
  const sites = useQuery({
    queryKey: ['customer', 'sites', customer],
    queryFn: ({ signal }) =>
      api.get<Page<{ id: string; name: string }>>(`/api/v1/customers/${customer}/sites`, { limit: 200 }, { signal }),
    enabled: Boolean(customer),
  });
  const options = sites.data?.items.map((site) => ({ value: site.id, label: site.name })) ?? [];
  return (
    <Form.Item
      name="site_id"
      label={t('site')}
      // A site of the customer before is none of this one's; its id would be shown as it is.
      getValueProps={(value: unknown) => ({
        value: options.some((option) => option.value === value) ? value : undefined,
      })}
    >
      <Select
        options={options}
        allowClear
        loading={sites.isFetching}
        placeholder={c('select')}
        notFoundContent={t(customer ? 'noSites' : 'customerFirst')}
      />
    </Form.Item>
  );
}

/** Adds the site to what the form sends; one of another customer goes when the customer is changed. */
export function withSite(body: Values, values: Values, device?: Pick<Device, 'site_id' | 'customer_id'>): Values {
  const before = device?.site_id ?? null;
  const moved = device !== undefined && 'customer_id' in body;
  const chosen = (values['site_id'] as string | null | undefined) ?? null;
  const site = moved && chosen === before ? null : chosen;
  return site === before ? body : { ...body, site_id: site };
}
