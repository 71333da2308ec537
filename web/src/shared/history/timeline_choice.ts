/** Which events of a timeline are shown: what they are about, and who did it. */
import type { HistoryEvent } from './timeline';

export interface TimelineChoice {
  objects: readonly string[];
  actors: readonly string[];
}

export const NOTHING_CHOSEN: TimelineChoice = { objects: [], actors: [] };

/** One key for each person, whatever they were called at the time. */
export function actorKey(actor: HistoryEvent['actor']): string {
  return actor.kind === 'user' ? actor.id : actor.kind;
}

export function isChosen(event: HistoryEvent, chosen: TimelineChoice): boolean {
  return (
    (chosen.objects.length === 0 || chosen.objects.includes(event.object)) &&
    (chosen.actors.length === 0 || chosen.actors.includes(actorKey(event.actor)))
  );
}
