import { Alert, Button, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { useChangedByOthers } from '../api/live';
import { useMessages } from '../i18n';
import { useSession } from '../session';
import { ErrorState } from './error_state';
import { common } from './messages';
import { PageTitle } from './page_title';

/** A record: header with number, status and next actions; main column; side panel. */
export function RecordPage({
  object,
  id,
  heading,
  sub,
  tags,
  actions,
  main,
  side,
  error,
  pending,
  onRetry,
  editing = false,
}: {
  object: string;
  id: string;
  heading: string | undefined;
  sub?: ReactNode;
  tags?: ReactNode;
  actions?: ReactNode;
  main: ReactNode;
  /** Stands beside the main column; left out where everything stands in one. */
  side?: ReactNode;
  error: unknown;
  pending: boolean;
  onRetry: () => void;
  /** A form is open over the record: changes by others are announced, never put into it. */
  editing?: boolean;
}) {
  const t = useMessages(common);
  const session = useSession();
  const [change, seen] = useChangedByOthers(object, id, session.user.name);
  if (pending) {
    return (
      <div className="page" aria-busy="true">
        <Skeleton active paragraph={{ rows: 12 }} />
      </div>
    );
  }
  if (error) {
    return (
      <div className="page">
        <ErrorState error={error} onRetry={onRetry} />
      </div>
    );
  }
  return (
    <div className="page">
      {change && (
        <Alert
          type="info"
          showIcon
          role="status"
          style={{ marginBottom: 12, ...(editing ? { position: 'relative', zIndex: 1100 } : {}) }}
          title={t('changedBy', { name: change.actor_name ?? '' })}
          closable={{ onClose: seen }}
          action={
            <Button
              size="small"
              onClick={() => {
                onRetry();
                seen();
              }}
            >
              {t('changedReload')}
            </Button>
          }
        />
      )}
      <div className="page-head">
        <div className="grow">
          <div className="row">
            <PageTitle name={heading ?? ''} />
            {tags}
          </div>
          {sub && <div className="muted">{sub}</div>}
        </div>
        <div className="row no-print">{actions}</div>
      </div>
      <div className="columns">
        <div className="stack">{main}</div>
        {side && (
          <aside className="stack" aria-label={t('related')}>
            {side}
          </aside>
        )}
      </div>
    </div>
  );
}

export function Panel({
  title,
  extra,
  children,
  flush = false,
}: {
  title?: ReactNode;
  extra?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <section className={flush ? 'panel panel-flush' : 'panel'}>
      {(title || extra) && (
        <div className="row-between" style={flush ? { padding: '12px 16px' } : { marginBottom: 8 }}>
          <h2 style={{ fontSize: 15 }}>{title}</h2>
          {extra}
        </div>
      )}
      {children}
    </section>
  );
}
