import { Button, Drawer } from 'antd';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';
import { FilterBuilder } from './filter_builder';
import { EMPTY_FILTER, type Filter, type FilterField } from './tree';

/** The conditions of a list, beside it; nothing changes before they are applied. */
export default function FilterDrawer({
  open,
  fields,
  value,
  onChange,
  onClose,
  onApply,
}: {
  open: boolean;
  fields: readonly FilterField[];
  value: Filter;
  onChange: (value: Filter) => void;
  onClose: () => void;
  onApply: () => void;
}) {
  const t = useMessages(common);
  return (
    <Drawer
      open={open}
      title={t('filters')}
      onClose={onClose}
      size={640}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      footer={
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button onClick={() => onChange(EMPTY_FILTER)}>{t('clear')}</Button>
          <Button type="primary" onClick={onApply}>
            {t('apply')}
          </Button>
        </div>
      }
    >
      <FilterBuilder fields={fields} value={value} onChange={onChange} />
    </Drawer>
  );
}
