import { useQuery } from '@tanstack/react-query';
import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { api, url } from '@/shared/api/api';
import { useLocale, useMessages } from '@/shared/i18n';
import { ErrorState } from '@/shared/ui/error_state';
import { Panel } from '@/shared/ui/record_page';
import { ToneTag, WarrantyTag } from '@/shared/ui/texts';
import type { ExplainedVerdict } from './file';
import { devices } from './messages';

/** Whether the device and its components are covered, and how that was worked out, today or on another day. */
export function WarrantyPanel({ id, verdict: today }: { id: string; verdict: ExplainedVerdict }) {
  const t = useMessages(devices);
  const locale = useLocale();
  const [on, setOn] = useState(today.on);
  const other = useQuery({
    queryKey: ['device', 'warranty', id, on],
    queryFn: ({ signal }) =>
      api.get<ExplainedVerdict>(url('/api/v1/devices/{id}/warranty', { id }), { on }, { signal }),
    enabled: on !== today.on,
  });
  const verdict = on === today.on ? today : other.data;
  return (
    <Panel
      title={t('warranty')}
      extra={
        <span className="row">
          <label htmlFor="warranty-on" className="muted">
            {t('whyOn')}
          </label>
          <DatePicker
            id="warranty-on"
            size="small"
            allowClear={false}
            value={dayjs(on)}
            onChange={(day) => setOn(day?.format('YYYY-MM-DD') ?? today.on)}
          />
        </span>
      }
    >
      {other.isError && <ErrorState error={other.error} onRetry={() => void other.refetch()} />}
      {verdict && (
        <div className="stack" aria-live="polite">
          <WarrantyTag verdict={verdict} reason />
          <section>
            <h3 style={{ fontSize: 14 }}>{t('why')}</h3>
            <ol style={{ margin: '4px 0 0', paddingInlineStart: 20 }}>
              {verdict.why.map((step) => (
                <li key={`${step.step} ${step.zh}`} style={step.step === 'result' ? { fontWeight: 600 } : undefined}>
                  {locale === 'en' ? step.en : step.zh}
                </li>
              ))}
            </ol>
          </section>
          {verdict.components.length > 0 && (
            <section>
              <h3 style={{ fontSize: 14 }}>{t('whyParts')}</h3>
              <ul className="plain-list">
                {verdict.components.map((part) => (
                  <li key={`${part.source} ${part.name} ${part.serial_number}`}>
                    <div className="row-between">
                      <span>
                        {part.name} <span className="muted number">{part.serial_number}</span>
                      </span>
                      <span className="row">
                        {part.ends_on && (
                          <span className="muted number nowrap">
                            {part.starts_on ? `${part.starts_on} – ` : ''}
                            {part.ends_on}
                          </span>
                        )}
                        <WarrantyTag verdict={{ in_warranty: part.in_warranty }} />
                        {part.contract_number && <ToneTag tone="new">{part.contract_number}</ToneTag>}
                      </span>
                    </div>
                    <div className="muted">{locale === 'en' ? part.en : part.zh}</div>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Panel>
  );
}
