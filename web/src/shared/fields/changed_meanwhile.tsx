import { Alert } from 'antd';
import { actorName, Changes } from '../history/timeline';
import { useMessages } from '../i18n';
import { common } from '../ui/messages';
import { ClashList } from './clash_list';
import { specClashing, useClashes, type Clashing, type SpecForm } from './clashes';
import type { Meanwhile } from './meanwhile';

/** Says who changed the record while the form was open, and what; what was typed stands below, unsaved. */
export default function ChangedMeanwhile({
  form,
  fields = [],
  ...meanwhile
}: Meanwhile & {
  /** The form over standard fields, if it is one. */
  form?: SpecForm | undefined;
  /** Further fields that somebody may have changed as well. */
  fields?: readonly Clashing[];
}) {
  const t = useMessages(common);
  const clashes = useClashes(meanwhile)([...(form ? specClashing(form, meanwhile.now) : []), ...fields]);
  const { events } = meanwhile;
  const actor = events[0]?.actor;
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t('changedMeanwhile', { name: actor ? actorName(actor) : t('somebody') })}
      description={
        // Where the form knows its fields, what happened to the record would say the same once more.
        clashes.length > 0 ? (
          <ClashList clashes={clashes} />
        ) : events.length === 0 ? undefined : (
          events.map((event) => <Changes key={event.id} event={event} />)
        )
      }
    />
  );
}
