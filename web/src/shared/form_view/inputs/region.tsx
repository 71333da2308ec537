import { Cascader } from 'antd';
import { formView } from '../messages';
import { pathTo, useRegions, type RegionNode } from '../regions';
import { useFormMessages } from '../scope';
import type { InputProps } from '../types';

/** Province, city or district; whoever knows only the city chooses only the city. */
export function RegionInput(props: InputProps) {
  const t = useFormMessages(formView);
  const regions = useRegions();
  const code = typeof props.value === 'string' ? props.value : undefined;
  return (
    <Cascader<RegionNode, 'code'>
      id={props.id}
      changeOnSelect
      allowClear
      disabled={props.disabled}
      loading={regions === undefined}
      placeholder={t('region')}
      fieldNames={{ label: 'name', value: 'code', children: 'children' }}
      options={(regions?.tree ?? []) as RegionNode[]}
      value={code === undefined || regions === undefined ? [] : pathTo(regions, code)}
      displayRender={(labels) => labels.join(' / ')}
      showSearch={{
        filter: (words, path) => path.some((node) => node.name.includes(words)),
        limit: 50,
      }}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      style={{ width: '100%' }}
      {...(props.invalid ? { status: 'error' as const } : {})}
      onChange={(path) => props.onChange((path as string[] | undefined)?.at(-1) ?? null)}
      onBlur={props.onLeave}
    />
  );
}
