import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons';
import { Button, Checkbox, Drawer } from 'antd';
import { labelText, useLocale, useMessages, type Label } from '../i18n';
import { choiceOf, chosenColumns, type ColumnChoice } from './column_choice';
import { common } from './messages';

interface Column {
  key: string;
  title: Label;
  off?: boolean;
  width?: number;
  sized?: boolean;
}

/** The columns of a list: which are shown, and in which order. Every change shows at once beside it. */
export default function ColumnDrawer({
  open,
  columns,
  choice,
  onChange,
  onClose,
}: {
  open: boolean;
  columns: readonly Column[];
  choice: ColumnChoice;
  onChange: (choice: ColumnChoice) => void;
  onClose: () => void;
}) {
  const t = useMessages(common);
  const locale = useLocale();
  const [first, ...shown] = chosenColumns(columns, choice);
  const keys = shown.map((column) => column.key);
  const others = columns.filter((column) => column.key !== first?.key && !keys.includes(column.key));
  const change = (next: readonly string[]) =>
    onChange(
      choiceOf(
        [first, ...next.map((key) => [...shown, ...others].find((column) => column.key === key))].filter(
          (one) => one !== undefined,
        ),
      ),
    );
  const move = (from: number, to: number) => {
    const next = [...keys];
    const [key] = next.splice(from, 1);
    if (key !== undefined) next.splice(to, 0, key);
    change(next);
  };
  return (
    <Drawer
      open={open}
      title={t('columns')}
      size={380}
      styles={{ wrapper: { maxWidth: '100vw' } }}
      onClose={onClose}
      footer={
        <div className="row-between">
          <Button disabled={choice === undefined} onClick={() => onChange(undefined)}>
            {t('columnsReset')}
          </Button>
          <Button type="primary" onClick={onClose}>
            {t('close')}
          </Button>
        </div>
      }
    >
      <ul className="plain-list">
        {first && (
          <li>
            <Checkbox checked disabled>
              {labelText(first.title, locale)}
            </Checkbox>
          </li>
        )}
        {shown.map((column, at) => {
          const name = labelText(column.title, locale);
          return (
            <li key={column.key} className="row-between">
              <Checkbox checked onChange={() => change(keys.filter((key) => key !== column.key))}>
                {name}
              </Checkbox>
              <span className="nowrap">
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  disabled={at === 0}
                  aria-label={t('moveUp', { label: name })}
                  onClick={() => move(at, at - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  disabled={at === shown.length - 1}
                  aria-label={t('moveDown', { label: name })}
                  onClick={() => move(at, at + 1)}
                />
              </span>
            </li>
          );
        })}
        {others.map((column) => (
          <li key={column.key}>
            <Checkbox checked={false} onChange={() => change([...keys, column.key])}>
              {labelText(column.title, locale)}
            </Checkbox>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}
