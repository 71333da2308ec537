import { PlusOutlined } from '@ant-design/icons';
import { App, Button } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { api } from '@/shared/api/api';
import { problemText } from '@/shared/api/problem';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec, Values } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { RefText } from '@/shared/records/ref_text';
import { today } from '@/shared/time';
import { common } from '@/shared/ui/messages';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag } from '@/shared/ui/texts';
import { refreshDevices, type DevicePart } from './file';
import { devices } from './messages';

const l = (zh: string, en: string): Label => ({ zh, en });

const partFields: readonly FieldSpec[] = [
  { name: 'name', label: l('名称', 'Name'), kind: 'text', required: true },
  { name: 'part_id', label: l('备件目录', 'Part of the catalogue'), kind: 'relation', of: 'part', only: 'create' },
  { name: 'serial_number', label: l('序列号', 'Serial number'), kind: 'text', half: true },
  { name: 'quantity', label: l('数量', 'Quantity'), kind: 'integer', min: 1, max: 100_000, half: true },
  { name: 'installed_on', label: l('安装日期', 'Put in on'), kind: 'date', half: true },
  { name: 'warranty_ends_on', label: l('保修至', 'Warranty until'), kind: 'date', half: true },
];

const removalFields: readonly FieldSpec[] = [
  { name: 'removed_on', label: l('拆下日期', 'Taken out on'), kind: 'date', required: true, half: true },
  { name: 'removed_reason', label: l('拆下原因', 'Why taken out'), kind: 'longtext', max: 200 },
];

type Asked =
  | { kind: 'add' }
  | { kind: 'edit'; part: DevicePart }
  | { kind: 'replace'; part: DevicePart }
  | { kind: 'remove'; part: DevicePart };

/** What stands in the device, with serial numbers and warranties of its own, and what was taken out again. */
export function PartsPanel({ id, parts, editable }: { id: string; parts: readonly DevicePart[]; editable: boolean }) {
  const t = useMessages(devices);
  const c = useMessages(common);
  const { message } = App.useApp();
  const [asked, setAsked] = useState<Asked>();
  const [open, setOpen] = useState(false);
  const ask = (next: Asked) => {
    setAsked(next);
    setOpen(true);
  };
  const path = `/api/v1/devices/${id}/parts`;
  const inside = parts.filter((part) => part.removed_on === null);
  const outside = parts.filter((part) => part.removed_on !== null);
  const now = today();
  const putBack = async (part: DevicePart) => {
    try {
      await api.patch(`${path}/${part.id}`, { removed_on: null, removed_reason: null }, { version: part.version });
      refreshDevices();
      void message.success(c('done'));
    } catch (error) {
      void message.error(problemText(error));
    }
  };
  const text = (part: DevicePart) => (
    <div className="grow" style={{ flexBasis: 220 }}>
      <strong>{part.name}</strong>
      {part.quantity > 1 && <span className="number"> × {part.quantity}</span>}{' '}
      <span className="muted number">{part.serial_number}</span>
      <div className="row muted">
        {part.installed_on && <span className="number">{t('installedOnPart', { date: part.installed_on })}</span>}
        {part.warranty_ends_on && (
          <ToneTag tone={part.warranty_ends_on >= now ? 'resolved' : 'waiting'}>
            {t('warrantyTo', { date: part.warranty_ends_on })}
          </ToneTag>
        )}
        {part.ticket_id && (
          <span>
            {t('fromTicket')} <RefText of="ticket" id={part.ticket_id} />
          </span>
        )}
      </div>
      {part.removed_on && (
        <div className="muted">
          {t('removedOn')} {part.removed_on} {part.removed_reason}
        </div>
      )}
    </div>
  );
  const small = (part: DevicePart, label: string, run: () => void) => (
    <Button size="small" type="text" aria-label={`${label} ${part.name}`} onClick={run}>
      {label}
    </Button>
  );
  const removing = asked?.kind === 'remove';
  const changed = asked?.kind === 'edit' || removing ? asked.part : undefined;
  const replaced = asked?.kind === 'replace' ? asked.part : undefined;
  const initial: Values | undefined =
    asked?.kind === 'add'
      ? { quantity: 1, installed_on: dayjs(now) }
      : replaced
        ? {
            name: replaced.name,
            part_id: replaced.part_id,
            quantity: replaced.quantity,
            installed_on: dayjs(now),
          }
        : undefined;
  return (
    <Panel
      title={inside.length > 0 ? `${t('parts')} ${inside.length}` : t('parts')}
      extra={
        editable && (
          <Button size="small" icon={<PlusOutlined />} onClick={() => ask({ kind: 'add' })}>
            {t('addPart')}
          </Button>
        )
      }
    >
      {inside.length === 0 && <p className="muted">{t('noParts')}</p>}
      <ul className="plain-list">
        {inside.map((part) => (
          <li key={part.id} className="row-between">
            {text(part)}
            {editable && (
              <span className="row" style={{ gap: 0 }}>
                {small(part, c('edit'), () => ask({ kind: 'edit', part }))}
                {small(part, t('replacePart'), () => ask({ kind: 'replace', part }))}
                {small(part, t('takeOut'), () => ask({ kind: 'remove', part }))}
              </span>
            )}
          </li>
        ))}
      </ul>
      {outside.length > 0 && (
        <details>
          <summary>{t('removedParts', { n: outside.length })}</summary>
          <ul className="plain-list">
            {outside.map((part) => (
              <li key={part.id} className="row-between">
                {text(part)}
                {editable && small(part, t('putBack'), () => void putBack(part))}
              </li>
            ))}
          </ul>
        </details>
      )}
      <FormDrawer<DevicePart>
        open={open}
        onClose={() => setOpen(false)}
        title={
          removing
            ? `${t('takeOut')} ${asked.part.name}`
            : replaced
              ? `${t('replacePart')} ${replaced.name}`
              : (changed?.name ?? t('addPart'))
        }
        fields={removing ? removalFields : partFields}
        path={changed ? `${path}/${changed.id}` : path}
        record={removing ? ({ ...asked.part, removed_on: now } as never) : (changed as never)}
        {...(initial ? { initial } : {})}
        shape={(body, values) =>
          removing
            ? { ...body, removed_on: (values['removed_on'] as dayjs.Dayjs).format('YYYY-MM-DD') }
            : replaced
              ? { ...body, replaces: replaced.id }
              : body
        }
        onSaved={refreshDevices}
      />
    </Panel>
  );
}
