import { Skeleton } from 'antd';
import { useMessages } from '../i18n';
import { common } from './messages';

/** The face of a page that is still loading. */
export function PageSkeleton() {
  const t = useMessages(common);
  return (
    <div className="page" aria-busy="true">
      <p className="visually-hidden" role="status">
        {t('loading')}
      </p>
      <Skeleton active paragraph={{ rows: 8 }} />
    </div>
  );
}
