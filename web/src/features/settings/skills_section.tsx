import { useQuery } from '@tanstack/react-query';
import { AutoComplete, Checkbox, Form, InputNumber, Select, Skeleton } from 'antd';
import { useMemo } from 'react';
import { api } from '@/shared/api/api';
import { queryClient } from '@/shared/api/query_client';
import type { components } from '@/shared/api/schema';
import type { Page } from '@/shared/api/types';
import { labelText, useLocale, useMessages } from '@/shared/i18n';
import { choices } from '@/shared/labels';
import { ErrorState } from '@/shared/ui/error_state';
import { common } from '@/shared/ui/messages';
import { PageTitle } from '@/shared/ui/page_title';
import { Panel } from '@/shared/ui/record_page';
import { settings } from './messages';
import { RowsForm } from './rows_form';

type SkillNeeds = components['schemas']['SkillNeeds'];
type NewSkillNeed = components['schemas']['NewSkillNeed'];

interface Skilled {
  skills: { skill: string; level: number }[];
}

const suggestions = (words: Iterable<string | null | undefined>) =>
  [...new Set([...words].filter((word) => typeof word === 'string' && word !== ''))]
    .toSorted()
    .map((value) => ({ value: value as string }));

/** A rule names its skill as engineers have it; one that nobody has would leave its work without anybody to do it. */
function NobodyHint({ at, engineers }: { at: number; engineers: readonly Skilled[] | undefined }) {
  const t = useMessages(settings);
  const skill = Form.useWatch<string | undefined>(['rows', at, 'skill'])?.trim();
  const level = Form.useWatch<number | undefined>(['rows', at, 'min_level']) ?? 1;
  if (!engineers || !skill) return null;
  const able = engineers.filter((one) => one.skills.some((has) => has.skill === skill && has.level >= level)).length;
  return (
    <span className={able === 0 ? 'tag tag-waiting' : 'muted'}>{t(able === 0 ? 'noneAble' : 'able', { n: able })}</span>
  );
}

/** Which work needs which skill; dispatch recommends only engineers who have it. */
export default function SkillsSection() {
  const t = useMessages(settings);
  const c = useMessages(common);
  const locale = useLocale();
  const needs = useQuery({
    queryKey: ['skill_needs'],
    queryFn: ({ signal }) => api.get<SkillNeeds>('/api/v1/skill-needs', undefined, { signal }),
  });
  const engineers = useQuery({
    queryKey: ['engineer', 'skills'],
    queryFn: ({ signal }) => api.get<Page<Skilled>>('/api/v1/engineers', { limit: 200 }, { signal }),
  });
  const products = useQuery({
    queryKey: ['product', 'categories'],
    queryFn: ({ signal }) =>
      api.get<Page<{ category?: string | null }>>('/api/v1/products', { limit: 200 }, { signal }),
  });
  const rows = useMemo(
    () =>
      (needs.data?.items ?? []).map(
        ({ product_category, ticket_type, skill, min_level, region_required }): NewSkillNeed => ({
          product_category: product_category ?? null,
          ticket_type: ticket_type ?? null,
          skill,
          min_level,
          region_required,
        }),
      ),
    [needs.data],
  );
  const everybody = engineers.data && !engineers.data.next_cursor ? engineers.data.items : undefined;
  const skills = suggestions((engineers.data?.items ?? []).flatMap((one) => one.skills.map((has) => has.skill)));
  const categories = suggestions((products.data?.items ?? []).map((one) => one.category));
  return (
    <div className="page" style={{ maxWidth: 1080 }}>
      <div className="page-head">
        <PageTitle name={t('skills')} />
      </div>
      <Panel>
        <p className="muted">{t('skillsHint')}</p>
        {needs.isPending && <Skeleton active />}
        {needs.isError && <ErrorState error={needs.error} onRetry={() => void needs.refetch()} />}
        {needs.data && (
          <RowsForm<NewSkillNeed>
            rows={rows}
            names={['product_category', 'ticket_type', 'skill', 'min_level', 'region_required']}
            blank={() => ({
              product_category: null,
              ticket_type: null,
              skill: '',
              min_level: 1,
              region_required: false,
            })}
            most={500}
            addLabel={t('addNeed')}
            emptyTitle={t('noNeeds')}
            emptyHint={t('noNeedsHint')}
            onReload={() => void needs.refetch()}
            version={needs.data.version}
            onSave={async (given, version) => {
              const body = given.map((need) => ({
                product_category: need.product_category?.trim() || null,
                ticket_type: need.ticket_type ?? null,
                skill: need.skill.trim(),
                min_level: need.min_level ?? 1,
                region_required: need.region_required === true,
              }));
              const stored = await api.put<SkillNeeds>('/api/v1/skill-needs', body, { version });
              queryClient.setQueryData(['skill_needs'], stored);
            }}
            row={(at) => (
              <>
                <Form.Item name={[at, 'product_category']} label={t('category')}>
                  <AutoComplete
                    options={categories}
                    allowClear
                    placeholder={t('anyCategory')}
                    showSearch={{ filterOption: true }}
                    maxLength={200}
                  />
                </Form.Item>
                <Form.Item name={[at, 'ticket_type']} label={t('ticketType')}>
                  <Select
                    allowClear
                    placeholder={t('anyType')}
                    options={choices.ticketType.map((one) => ({ value: one.value, label: labelText(one, locale) }))}
                  />
                </Form.Item>
                <Form.Item
                  name={[at, 'skill']}
                  label={t('skill')}
                  rules={[
                    { required: true, whitespace: true, message: c('required', { label: t('skill') }) },
                    { max: 200, message: c('tooLong', { n: 200 }) },
                  ]}
                >
                  <AutoComplete options={skills} placeholder={t('skill')} showSearch={{ filterOption: true }} />
                </Form.Item>
                <Form.Item
                  name={[at, 'min_level']}
                  label={t('minLevel')}
                  rules={[{ required: true, message: c('required', { label: t('minLevel') }) }]}
                >
                  <InputNumber min={1} max={5} precision={0} style={{ width: '100%' }} />
                </Form.Item>
                <Form.Item name={[at, 'region_required']} valuePropName="checked" className="rows-form-check">
                  <Checkbox>{t('regionRequired')}</Checkbox>
                </Form.Item>
                <NobodyHint at={at} engineers={everybody} />
              </>
            )}
          />
        )}
      </Panel>
    </div>
  );
}
