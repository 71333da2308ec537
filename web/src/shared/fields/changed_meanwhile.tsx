import { Alert } from 'antd';
import { actorName, Changes } from '../history/timeline';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';
import type { Meanwhile } from './meanwhile';

/** Says who changed the record while the form was open, and what; what was typed stands below, unsaved. */
export default function ChangedMeanwhile({ events }: Meanwhile) {
  const t = useMessages(common);
  const actor = events[0]?.actor;
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t('changedMeanwhile', { name: actor ? actorName(actor) : t('somebody') })}
      description={events.length === 0 ? undefined : events.map((event) => <Changes key={event.id} event={event} />)}
    />
  );
}
