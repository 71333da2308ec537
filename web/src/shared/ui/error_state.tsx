import { Alert, Button } from 'antd';
import { problemText, traceOf } from '../api/problem';
import { useMessages } from '../i18n';
import { common } from './messages';

/** What happened, what to do, and the number to tell the administrator. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useMessages(common);
  const trace = traceOf(error);
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={problemText(error)}
      description={trace ? `${t('traceId')}: ${trace}` : undefined}
      action={
        onRetry ? (
          <Button size="small" onClick={onRetry}>
            {t('retry')}
          </Button>
        ) : undefined
      }
    />
  );
}
