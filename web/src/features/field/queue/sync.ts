/** Sends what waits whenever that is possible, keeps the day at hand, and tells the pages how it stands. */
import { api, setCsrfToken } from '@/shared/api/api';
import { ApiError } from '@/shared/api/problem';
import type { Id, Session } from '@/shared/api/types';
import type { FieldDay } from '../types';
import type { BatchOutcome, Command, NewCommand, StoredPicture } from './commands';
import { backoffSeconds, Round, type RoundEnd, type Transport } from './flush';
import type { CommandStore } from './store';

export interface SyncState {
  /** The phone's memory has been read. */
  ready: boolean;
  online: boolean;
  running: boolean;
  commands: readonly Command[];
  day: FieldDay | undefined;
  /** When the day was fetched. */
  dayAt: string | undefined;
  dayError: unknown;
  dayLoading: boolean;
  /** How the last round ended. */
  end: RoundEnd | 'other_person' | undefined;
  /** Commands of other people who used this phone. */
  ofOthers: number;
}

/** What the engine needs from the server besides sending. */
export interface Server extends Transport {
  day(): Promise<FieldDay>;
  /** Whose session this browser has now. */
  whoAmI(): Promise<Id>;
}

export const server: Server = {
  async upload(key, picture) {
    const form = new FormData();
    form.append('file', new Blob([picture.bytes], { type: picture.type }), picture.name);
    return api.post<{ id: Id; sha256?: string }>('/api/v1/files', form, { key, anonymous: true });
  },
  deliver: (batch) => api.post<BatchOutcome>('/api/v1/field/commands', batch, { anonymous: true }),
  day: () => api.get<FieldDay>('/api/v1/field/today', undefined, { anonymous: true }),
  async whoAmI() {
    let response: Response;
    try {
      // Asked past every cache: sending in another person's name would be worse than not sending.
      response = await fetch('/api/v1/session', { cache: 'no-store', credentials: 'same-origin' });
    } catch {
      throw new ApiError(0, { code: 'network' });
    }
    if (!response.ok) throw new ApiError(response.status, { code: 'session' });
    const session = (await response.json()) as Session;
    setCsrfToken(session.csrf_token);
    return session.user.id;
  },
};

const REFRESH_MS = 120_000;
const LOCK = 'aftersail-field-sync';

/** One tab sends at a time, where the browser knows locks; elsewhere the ids of the commands keep them single. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (globalThis.navigator?.locks) await navigator.locks.request(LOCK, work);
  else await work();
}

export class FieldSync {
  private state: SyncState = {
    ready: false,
    online: globalThis.navigator?.onLine ?? true,
    running: false,
    commands: [],
    day: undefined,
    dayAt: undefined,
    dayError: undefined,
    dayLoading: false,
    end: undefined,
    ofOthers: 0,
  };
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round: Promise<void> | undefined;
  private again = false;
  private failures = 0;
  private stopped = false;
  private cleanup: (() => void) | undefined;

  constructor(
    private readonly store: CommandStore,
    readonly owner: Id,
    private readonly remote: Server = server,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): SyncState => this.state;

  private set(change: Partial<SyncState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  private get dayKey(): string {
    return `day:${this.owner}`;
  }

  /** Reads the phone's memory, then begins to send and to listen for the network. */
  async start(): Promise<void> {
    const [kept, commands, ofOthers] = await Promise.all([
      this.store.snapshot<FieldDay>(this.dayKey),
      this.store.of(this.owner),
      this.store.waitingOfOthers(this.owner),
    ]);
    if (this.stopped) return;
    this.set({ ready: true, commands, ofOthers, day: kept?.value, dayAt: kept?.saved_at });
    const online = () => {
      this.failures = 0;
      this.set({ online: navigator.onLine });
      if (navigator.onLine) void this.syncNow();
    };
    const visible = () => {
      if (document.visibilityState === 'visible') void this.syncNow();
    };
    globalThis.addEventListener('online', online);
    globalThis.addEventListener('offline', online);
    document.addEventListener('visibilitychange', visible);
    const refresh = setInterval(() => {
      if (document.visibilityState === 'visible' && navigator.onLine) void this.refreshDay();
    }, REFRESH_MS);
    this.cleanup = () => {
      globalThis.removeEventListener('online', online);
      globalThis.removeEventListener('offline', online);
      document.removeEventListener('visibilitychange', visible);
      clearInterval(refresh);
    };
    void this.store.tidy();
    await this.syncNow();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.cleanup?.();
  }

  /** Keeps a command for good, shows it at once, and tries to send it. */
  async add(input: NewCommand): Promise<Command> {
    const command = await this.store.add(this.owner, input);
    await this.reread();
    void this.send();
    return command;
  }

  async reread(): Promise<void> {
    this.set({ commands: await this.store.of(this.owner) });
  }

  /** Keeps a file of a form until its command is sent. */
  keep(file: { bytes: ArrayBuffer; type: string; name: string }): Promise<StoredPicture> {
    return this.store.keep(file);
  }

  kept(id: Id): Promise<StoredPicture | undefined> {
    return this.store.picture(id);
  }

  picture(id: Id): Promise<Blob | undefined> {
    return this.store
      .picture(id)
      .then((picture) => (picture ? new Blob([picture.bytes], { type: picture.type }) : undefined));
  }

  /** Sends what waits now and fetches the day. */
  async syncNow(): Promise<void> {
    this.failures = 0;
    await this.send();
    await this.refreshDay();
  }

  /** Sends a refused command once more, as it is. */
  async retry(command: Command): Promise<void> {
    await this.store.change(command.seq, { state: 'waiting', problem: undefined, answered_at: undefined });
    await this.reread();
    await this.send();
  }

  /** The engineer gives a command up: what the server has stays. */
  async drop(command: Command): Promise<void> {
    if (command.state === 'conflict' && command.conflict_id) {
      try {
        await api.post(
          `/api/v1/field/conflicts/${command.conflict_id}/resolve`,
          { decision: 'discard' },
          { anonymous: true },
        );
      } catch (error) {
        // Somebody has decided meanwhile; then nothing is left to give up.
        if (!(error instanceof ApiError && (error.status === 409 || error.status === 404))) throw error;
      }
      await this.store.change(command.seq, { state: 'discarded', answered_at: new Date().toISOString() });
    } else {
      await this.store.remove(command);
    }
    await this.reread();
    await this.refreshDay();
  }

  /** Forgets the day on this phone, at sign-out; what has not been sent stays. */
  async forgetDay(): Promise<void> {
    await this.store.dropSnapshot(this.dayKey);
  }

  async refreshDay(): Promise<void> {
    if (this.state.dayLoading || this.stopped) return;
    this.set({ dayLoading: true });
    try {
      const day = await this.remote.day();
      const now = new Date();
      await this.store.saveSnapshot(this.dayKey, day, now);
      await this.adoptDecisions(day);
      this.set({ day, dayAt: now.toISOString(), dayError: undefined, dayLoading: false, online: true });
    } catch (error) {
      const unreachable = error instanceof ApiError && error.status === 0;
      const signedOut = error instanceof ApiError && error.status === 401;
      this.set({
        dayError: error,
        dayLoading: false,
        ...(unreachable ? { online: false } : {}),
        ...(signedOut ? { end: 'signed_out' as const } : {}),
      });
    }
  }

  /** A conflict that no longer waits was decided by dispatch; the visit shows how. */
  private async adoptDecisions(day: FieldDay): Promise<void> {
    const open = new Set(day.conflicts.filter((item) => item.status === 'open').map((item) => item.client_id));
    const decided = this.state.commands.filter(
      (command) =>
        command.state === 'conflict' &&
        !open.has(command.client_id) &&
        Date.parse(command.answered_at ?? '') < Date.parse(day.server_time),
    );
    await Promise.all(
      decided.map((command) =>
        this.store.change(command.seq, { state: 'decided', answered_at: new Date().toISOString() }),
      ),
    );
    if (decided.length > 0) await this.reread();
  }

  /** Runs rounds until nothing waits or it makes no sense to go on. Calls while it runs make it look once more. */
  private send(): Promise<void> {
    if (this.round) {
      this.again = true;
      return this.round;
    }
    clearTimeout(this.timer);
    this.round = this.rounds().finally(() => {
      this.round = undefined;
    });
    return this.round;
  }

  private async rounds(): Promise<void> {
    let sent = false;
    do {
      this.again = false;
      if (this.stopped || !this.state.commands.some((command) => command.state === 'waiting')) break;
      this.set({ running: true });
      // The next round must see what the last one changed.
      // oxlint-disable-next-line no-await-in-loop
      await alone(async () => {
        const end = await this.oneRound();
        sent ||= end === 'done';
        this.failures = end === 'done' ? 0 : this.failures + 1;
        this.set({ end, ...(end === 'offline' ? { online: false } : end === 'done' ? { online: true } : {}) });
      });
      // oxlint-disable-next-line no-await-in-loop
      await this.reread();
    } while (this.again && this.state.end === 'done');
    this.set({ running: false });
    const end = this.state.end;
    if ((end === 'offline' || end === 'failed') && !this.stopped) {
      this.timer = setTimeout(() => void this.send(), backoffSeconds(this.failures) * 1000);
    }
    if (sent && !this.stopped) void this.refreshDay();
  }

  private async oneRound(): Promise<SyncState['end']> {
    try {
      if ((await this.remote.whoAmI()) !== this.owner) return 'other_person';
      return await new Round(this.store, this.remote, this.owner, () => void this.reread()).run();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return 'signed_out';
      return error instanceof ApiError && error.status === 0 ? 'offline' : 'failed';
    }
  }
}
