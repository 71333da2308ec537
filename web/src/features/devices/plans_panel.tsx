import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { FormDrawer } from '@/shared/fields/form_drawer';
import type { FieldSpec } from '@/shared/fields/spec';
import { useMessages, type Label } from '@/shared/i18n';
import { useCan } from '@/shared/session';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag } from '@/shared/ui/texts';
import { refreshDevices, type DeviceFile, type DevicePlan } from './file';
import { devices } from './messages';

const l = (zh: string, en: string): Label => ({ zh, en });

const progressFields: readonly FieldSpec[] = [
  { name: 'last_done_on', label: l('上次完成日期', 'Last done on'), kind: 'date', half: true },
  { name: 'last_meter', label: l('上次完成时的读数', 'Reading at that time'), kind: 'number', min: 0, half: true },
];

/** The ticket that was made for the next time; only those who may see it get its number. */
function OpenTicket({ id, tickets }: { id: string | null; tickets: DeviceFile['tickets'] }) {
  const t = useMessages(devices);
  const found = tickets.find((ticket) => ticket.id === id);
  if (id === null) return null;
  if (!found) return <span>{t('hasTicket')}</span>;
  return (
    <Link to="/tickets/$id" params={{ id }}>
      {found.number}
    </Link>
  );
}

/** When planned upkeep was done and is due again. */
export function PlansPanel({ plans, tickets }: { plans: readonly DevicePlan[]; tickets: DeviceFile['tickets'] }) {
  const t = useMessages(devices);
  const can = useCan();
  const [noting, setNoting] = useState<DevicePlan>();
  const [open, setOpen] = useState(false);
  return (
    <Panel title={t('plans')}>
      {plans.length === 0 && <p className="muted">{t('noPlans')}</p>}
      <ul className="plain-list">
        {plans.map((plan) => (
          <li key={plan.plan_id} className="row-between">
            <div className="grow">
              <strong>{plan.name}</strong>
              <div className="row muted">
                {plan.next_due && (
                  <ToneTag tone="new">
                    {t('nextDue', { date: plan.next_due.on })}
                    {plan.next_due.by === 'meter' ? ` · ${t('byMeter')}` : ''}
                  </ToneTag>
                )}
                {plan.last_done_on && <span className="number">{t('lastDone', { date: plan.last_done_on })}</span>}
                <OpenTicket id={plan.open_ticket_id} tickets={tickets} />
              </div>
            </div>
            {can('contracts.update') && (
              <Button
                size="small"
                type="text"
                aria-label={`${t('noteProgress')} ${plan.name}`}
                onClick={() => {
                  setNoting(plan);
                  setOpen(true);
                }}
              >
                {t('noteProgress')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {noting && (
        <FormDrawer
          open={open}
          onClose={() => setOpen(false)}
          title={`${t('noteProgress')} ${noting.name}`}
          fields={progressFields}
          path={`/api/v1/maintenance-plans/${noting.plan_id}/devices/${noting.device_id}`}
          method="PUT"
          initial={{
            last_done_on: noting.last_done_on ? dayjs(noting.last_done_on) : undefined,
            last_meter: noting.last_meter ?? undefined,
          }}
          onSaved={refreshDevices}
        />
      )}
    </Panel>
  );
}
