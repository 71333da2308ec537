/** Which action is possible from which status, as the server sees it; the button of an impossible one says why. */

export type TicketAction =
  | 'assign'
  | 'accept'
  | 'decline'
  | 'start'
  | 'wait'
  | 'resume'
  | 'resolve'
  | 'close'
  | 'reopen'
  | 'cancel'
  | 'merge'
  | 'split';

const OPEN = ['new', 'assigned', 'accepted', 'in_service', 'waiting'];

const FROM: Readonly<Record<TicketAction, readonly string[]>> = {
  assign: OPEN,
  accept: ['assigned'],
  decline: ['assigned', 'accepted'],
  start: ['new', 'assigned', 'accepted'],
  wait: OPEN.filter((status) => status !== 'waiting'),
  resume: ['waiting'],
  resolve: OPEN,
  close: ['resolved'],
  reopen: ['resolved', 'closed'],
  cancel: OPEN,
  merge: OPEN,
  split: [...OPEN, 'resolved'],
};

const NEEDS: Readonly<Record<TicketAction, string>> = {
  assign: 'tickets.assign',
  accept: 'tickets.update',
  decline: 'tickets.update',
  start: 'tickets.update',
  wait: 'tickets.update',
  resume: 'tickets.update',
  resolve: 'tickets.update',
  close: 'tickets.close',
  reopen: 'tickets.update',
  cancel: 'tickets.close',
  merge: 'tickets.merge',
  split: 'tickets.merge',
};

export type Block = 'permission' | 'status' | undefined;

export function blockOf(action: TicketAction, status: string, can: (permission: string) => boolean): Block {
  if (!can(NEEDS[action])) return 'permission';
  return FROM[action].includes(status) ? undefined : 'status';
}

/** What is done next from a status: these stand in front, the others in the menu. */
export function nextActions(status: string): readonly TicketAction[] {
  switch (status) {
    case 'new':
      return ['assign', 'start'];
    case 'assigned':
      return ['accept', 'decline', 'assign'];
    case 'accepted':
      return ['start', 'wait'];
    case 'in_service':
      return ['resolve', 'wait'];
    case 'waiting':
      return ['resume'];
    case 'resolved':
      return ['close', 'reopen'];
    case 'closed':
      return ['reopen'];
    default:
      return [];
  }
}

/** Actions the person may take back for a moment. */
export const UNDOABLE: readonly TicketAction[] = [
  'assign',
  'accept',
  'decline',
  'start',
  'wait',
  'resume',
  'resolve',
  'cancel',
];

export const ALL_ACTIONS: readonly TicketAction[] = [
  'assign',
  'accept',
  'decline',
  'start',
  'wait',
  'resume',
  'resolve',
  'close',
  'reopen',
  'cancel',
  'merge',
  'split',
];
