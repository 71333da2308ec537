import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, InputNumber, Select, Space } from 'antd';
import { useMessages } from '@/shared/i18n';
import { formatWorking } from '@/shared/time';
import { slaWords, type EscalationWhen, type Target } from './sla_model';
import { RecipientSelect } from './sla_recipients';

type Kind = 'percent' | 'minutes_before' | 'minutes_after';

const kindOf = (when: EscalationWhen): Kind =>
  'percent' in when ? 'percent' : 'minutes_before' in when ? 'minutes_before' : 'minutes_after';

const amountOf = (when: EscalationWhen): number => Object.values(when)[0] as number;

const whenOf = (kind: Kind, amount: number): EscalationWhen => ({ [kind]: amount }) as unknown as EscalationWhen;

/** One promise: how long, in whose time, who is warned and who is told when it breaks. */
export function TargetEditor({
  name,
  value,
  calendars,
  onChange,
}: {
  name: string;
  value: Target;
  calendars: { value: string; label: string }[];
  onChange: (value: Target) => void;
}) {
  const t = useMessages(slaWords);
  const set = (part: Partial<Target>) => onChange({ ...value, ...part });
  const swap = <T,>(list: T[], at: number, next: T): T[] => list.map((old, place) => (place === at ? next : old));
  const drop = <T,>(list: T[], at: number): T[] => list.filter((_, place) => place !== at);
  return (
    <div className="stack" style={{ gap: 8, paddingInlineStart: 24 }}>
      <Space wrap>
        <InputNumber
          aria-label={`${name} ${t('minutes')}`}
          min={1}
          max={500_000}
          precision={0}
          value={value.minutes}
          onChange={(minutes) => minutes && set({ minutes })}
        />
        <span className="muted">{formatWorking(value.minutes)}</span>
        <Select
          aria-label={`${name} ${t('calendar')}`}
          allowClear
          placeholder={t('calendar')}
          value={value.calendar_id ?? null}
          options={calendars}
          onChange={(id) => set({ calendar_id: id ?? null })}
          style={{ minWidth: 160 }}
        />
      </Space>
      {value.warnings.map((warning, at) => (
        <div key={at} style={{ display: 'grid', gridTemplateColumns: 'auto 1fr auto', gap: 8 }}>
          <InputNumber
            aria-label={`${name} ${t('percent')}`}
            min={1}
            max={99}
            precision={0}
            value={warning.percent}
            suffix="%"
            onChange={(percent) => percent && set({ warnings: swap(value.warnings, at, { ...warning, percent }) })}
            style={{ width: 100 }}
          />
          <RecipientSelect
            label={`${name} ${t('warnings')} ${t('notify')}`}
            value={warning.notify}
            onChange={(notify) => set({ warnings: swap(value.warnings, at, { ...warning, notify }) })}
          />
          <Button
            type="text"
            icon={<DeleteOutlined />}
            aria-label={`${t('remove')} ${t('warnings')}`}
            onClick={() => set({ warnings: drop(value.warnings, at) })}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => {
            const free = [75, 90, 50, 25].find((percent) => !value.warnings.some((one) => one.percent === percent));
            set({ warnings: [...value.warnings, { percent: free ?? 60, notify: [{ to: 'assignee' }] }] });
          }}
        >
          {t('addWarning')}
        </Button>
      </div>
      <label>
        <span className="muted">{t('breach')}</span>
        <RecipientSelect
          label={`${name} ${t('breach')}`}
          value={value.on_breach}
          onChange={(on_breach) => set({ on_breach })}
        />
      </label>
      {value.escalations.map((level, at) => (
        <div key={at} className="stack" style={{ gap: 4 }}>
          <Space wrap>
            <span>{t('level', { n: at + 1 })}</span>
            <Select<Kind>
              aria-label={`${name} ${t('level', { n: at + 1 })}`}
              value={kindOf(level.when)}
              options={[
                { value: 'percent', label: t('whenPercent') },
                { value: 'minutes_before', label: t('whenBefore') },
                { value: 'minutes_after', label: t('whenAfter') },
              ]}
              onChange={(kind) =>
                set({
                  escalations: swap(value.escalations, at, { ...level, when: whenOf(kind, amountOf(level.when)) }),
                })
              }
              style={{ minWidth: 170 }}
            />
            <InputNumber
              aria-label={`${name} ${t('level', { n: at + 1 })} ${t('amount')}`}
              min={kindOf(level.when) === 'percent' ? 1 : 0}
              max={kindOf(level.when) === 'percent' ? 1000 : 500_000}
              precision={0}
              value={amountOf(level.when)}
              onChange={(amount) =>
                amount !== null &&
                set({
                  escalations: swap(value.escalations, at, { ...level, when: whenOf(kindOf(level.when), amount) }),
                })
              }
            />
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={`${t('remove')} ${t('level', { n: at + 1 })}`}
              onClick={() => set({ escalations: drop(value.escalations, at) })}
            />
          </Space>
          <RecipientSelect
            label={`${name} ${t('level', { n: at + 1 })} ${t('notify')}`}
            value={level.notify}
            onChange={(notify) => set({ escalations: swap(value.escalations, at, { ...level, notify }) })}
          />
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<PlusOutlined />}
          onClick={() => {
            const rung = {
              when: { minutes_after: 60 * value.escalations.length + 60 },
              notify: [{ to: 'team_lead' as const }],
            };
            set({ escalations: [...value.escalations, rung] });
          }}
        >
          {t('addLevel')}
        </Button>
      </div>
    </div>
  );
}
