import { defineMessages, labelText, useLocale, useMessages } from '../i18n';
import { common } from '../ui/messages';
import { MultiSelect } from '../ui/multi_select';
import type { HistoryEvent } from './timeline';
import { actorKey, type TimelineChoice } from './timeline_choice';
import { OBJECTS } from './event_words';

const messages = defineMessages(
  { about: '内容', who: '操作人', allAbout: '全部内容', allWho: '所有人' },
  { about: 'About', who: 'By', allAbout: 'Everything', allWho: 'Everybody' },
);

/** Chooses among what the events read so far are about, and who did it. */
export default function TimelineFilters({
  events,
  chosen,
  onChoose,
}: {
  events: readonly HistoryEvent[];
  chosen: TimelineChoice;
  onChoose: (chosen: TimelineChoice) => void;
}) {
  const t = useMessages(messages);
  const c = useMessages(common);
  const locale = useLocale();
  const objects = [...new Set(events.map((event) => event.object))].map((object) => {
    const words = OBJECTS[object];
    return { value: object, label: words ? labelText(words, locale) : c('related') };
  });
  const named = new Map(
    events.map(({ actor }) => [
      actorKey(actor),
      actor.kind === 'system' ? c('system') : actor.kind === 'customer' ? c('customerActor') : actor.name,
    ]),
  );
  const actors = [...named].map(([value, label]) => ({ value, label }));
  return (
    <div className="row" style={{ marginBottom: 12 }}>
      <MultiSelect
        size="small"
        style={{ minWidth: 140, maxWidth: 280, flex: '1 1 140px' }}
        aria-label={t('about')}
        placeholder={t('allAbout')}
        options={objects}
        value={[...chosen.objects]}
        onChange={(value: string[]) => onChoose({ ...chosen, objects: value })}
        allowClear
      />
      <MultiSelect
        size="small"
        style={{ minWidth: 140, maxWidth: 280, flex: '1 1 140px' }}
        aria-label={t('who')}
        placeholder={t('allWho')}
        options={actors}
        value={[...chosen.actors]}
        onChange={(value: string[]) => onChoose({ ...chosen, actors: value })}
        allowClear
      />
    </div>
  );
}
