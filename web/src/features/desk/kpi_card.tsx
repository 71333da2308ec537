import { InfoCircleOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { Button, Popover } from 'antd';
import { useLocale, useMessages } from '@/shared/i18n';
import { Facts } from '@/shared/ui/texts';
import { behindSearch, excludedText, figureText, type Definition, type Figure } from './figures';
import { desk } from './messages';

/** The trade's own abbreviation stands before the name, unless the name says it already; other codes mean nothing. */
export function titleOf(kpi: string, name: string): string {
  return /^[A-Z]{2,4}$/.test(kpi) && !name.includes(kpi) ? `${kpi} · ${name}` : name;
}

/** A figure with what is needed to trust it; the number opens exactly the tickets behind it. */
export function KpiCard({
  figure,
  definition,
  from,
}: {
  figure: Figure;
  definition: Definition | undefined;
  from: string | undefined;
}) {
  const t = useMessages(desk);
  const locale = useLocale();
  const name = definition ? (locale === 'en' ? definition.name_en : definition.name_zh) : figure.kpi;
  const range = figure.low !== null && figure.low !== undefined && figure.high !== null && figure.high !== undefined;
  const excluded = Object.entries(figure.excluded ?? {});
  const facts: [string, string | undefined][] = [
    [t('n'), String(figure.n)],
    [t('mean'), figure.mean === undefined || figure.mean === null ? undefined : figureText(figure.mean, figure.unit)],
    [
      t('median'),
      figure.median === undefined || figure.median === null ? undefined : figureText(figure.median, figure.unit),
    ],
    [t('p90'), figure.p90 === undefined || figure.p90 === null ? undefined : figureText(figure.p90, figure.unit)],
    [t('hits'), figure.hits === undefined || figure.hits === null ? undefined : `${figure.hits} / ${figure.n}`],
    [
      t('interval'),
      range ? `${figureText(figure.low, figure.unit)} – ${figureText(figure.high, figure.unit)}` : undefined,
    ],
    [t('version'), figure.definitions.join(', ') || definition?.version],
    [t('calendar'), figure.calendar ?? undefined],
    [
      t('excluded'),
      excluded.length > 0 ? excluded.map(([reason, n]) => `${excludedText(reason)} ${n}`).join(', ') : undefined,
    ],
  ];
  return (
    <div className="panel">
      <div className="row-between" style={{ flexWrap: 'nowrap' }}>
        <h3 style={{ fontSize: 13, fontWeight: 500 }} className="muted">
          {titleOf(figure.kpi, name)}
        </h3>
        <Popover
          trigger="click"
          title={name}
          content={
            <div style={{ maxWidth: 360 }} className="stack">
              <p>{locale === 'en' ? definition?.formula_en : definition?.formula_zh}</p>
              <Facts items={facts.filter(([, value]) => value !== undefined)} />
              {excluded.map(([reason, n]) => (
                <Link key={reason} to="/tickets" search={behindSearch(figure, from, undefined, `excluded:${reason}`)}>
                  {t('excluded')}: {excludedText(reason)} ({n})
                </Link>
              ))}
            </div>
          }
        >
          <Button type="text" size="small" icon={<InfoCircleOutlined />} aria-label={t('explain', { name })} />
        </Popover>
      </div>
      <Link
        to="/tickets"
        search={behindSearch(figure, from)}
        className="kpi-value"
        aria-label={`${name} ${figureText(figure.value, figure.unit)} ${t('openTickets')}`}
      >
        {figureText(figure.value, figure.unit)}
      </Link>
      <div className="muted number" style={{ fontSize: 12 }}>
        n={figure.n}
        {figure.median !== null &&
          figure.median !== undefined &&
          ` · ${t('median')} ${figureText(figure.median, figure.unit)}`}
        {figure.p90 !== null && figure.p90 !== undefined && ` · P90 ${figureText(figure.p90, figure.unit)}`}
        {figure.hits !== null &&
          figure.hits !== undefined &&
          range &&
          ` · ${figureText(figure.low, figure.unit)}–${figureText(figure.high, figure.unit)}`}
      </div>
      {figure.few && (
        <div className="tag tag-waiting" style={{ marginTop: 4 }}>
          {t('few')}
        </div>
      )}
    </div>
  );
}
