/** One round of sending: in order, at least once, with nothing lost whenever it is interrupted. */
import { ApiError } from '@/shared/api/problem';
import type { Id } from '@/shared/api/types';
import type { BatchOutcome, Command, CommandOutcome, Payload, StoredPicture, WireCommand } from './commands';
import type { CommandStore } from './store';

/** The way to the server. Failures are thrown as `ApiError`, with status 0 when it can't be reached. */
export interface Transport {
  /** Uploads a picture; the same key uploads once. */
  upload(key: string, picture: StoredPicture): Promise<{ id: Id; sha256?: string }>;
  deliver(batch: { sent_at: string; commands: WireCommand[] }): Promise<BatchOutcome>;
}

/** How a round ended: nothing left, no network, the server failed, or somebody must sign in first. */
export type RoundEnd = 'done' | 'offline' | 'failed' | 'signed_out';

const BATCH = 20;
/** How often a picture that the server lost is uploaded again before a person is asked. */
const UPLOADS = 3;

/** Failures that pass by themselves. Anything else the server says about a request will be said again. */
export function passes(error: unknown): boolean {
  if (!(error instanceof ApiError)) return true;
  return error.status === 0 || error.status >= 500 || [401, 403, 408, 409, 425, 429].includes(error.status);
}

function endOf(error: unknown): RoundEnd {
  if (!(error instanceof ApiError)) return 'failed';
  if (error.status === 0) return 'offline';
  return error.status === 401 ? 'signed_out' : 'failed';
}

function wire(command: Command): WireCommand {
  const { client_id, visit_id, kind, device_time, based_on_version } = command;
  const payload = command.file_id ? { ...command.payload, file_id: command.file_id } : command.payload;
  return { client_id, visit_id, kind, device_time, based_on_version, payload };
}

function refusal(error: unknown): { code: string; detail: string } {
  if (!(error instanceof ApiError)) return { code: 'unknown', detail: String(error) };
  const detail = error.errors.map((item) => item.message).join(' ');
  return { code: error.code || `http_${error.status}`, detail: detail || error.message };
}

/** The same with one id in place of another, wherever it stands. */
function replaced(value: unknown, id: Id, by: Id): unknown {
  if (value === id) return by;
  if (Array.isArray(value)) return value.map((item) => replaced(item, id, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner, id, by)]));
}

export class Round {
  constructor(
    private readonly store: CommandStore,
    private readonly transport: Transport,
    private readonly owner: Id,
    private readonly changed: () => void = () => undefined,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Sends what waits. Commands made while it runs are sent as well. */
  async run(): Promise<RoundEnd> {
    const passedOver = new Set<number>();
    for (;;) {
      const waiting = (await this.store.of(this.owner)).filter(
        (command) => command.state === 'waiting' && !passedOver.has(command.seq),
      );
      if (waiting.length === 0) return passedOver.size > 0 ? 'failed' : 'done';
      const ready: Command[] = [];
      for (const command of waiting.slice(0, BATCH)) {
        try {
          const uploaded = await this.withFiles(await this.withPicture(command));
          if (uploaded) ready.push(uploaded);
        } catch (error) {
          const end = endOf(error);
          if (end !== 'failed') {
            // What is ready by now came before; it goes out on the next round, in the same order.
            return end;
          }
          // One picture that the server can't take now must not hold up the rest of the day.
          passedOver.add(command.seq);
          await this.store.change(command.seq, { attempts: command.attempts + 1 });
        }
      }
      if (ready.length > 0) {
        const end = await this.deliver(ready, passedOver);
        if (end !== 'done') return end;
      }
    }
  }

  /** The command with its picture on the server; `undefined` when the server will never take the picture. */
  private async withPicture(command: Command): Promise<Command | undefined> {
    if (!command.blob_id || command.file_id) return command;
    const picture = await this.store.picture(command.blob_id);
    if (!picture) {
      await this.settle(command, { state: 'rejected', problem: { code: 'picture_lost', detail: '' } });
      return undefined;
    }
    try {
      const file = await this.transport.upload(`${command.client_id}-${command.attempts}`, picture);
      await this.store.change(command.seq, { file_id: file.id });
      return { ...command, file_id: file.id };
    } catch (error) {
      if (passes(error)) throw error;
      await this.settle(command, { state: 'rejected', problem: refusal(error) });
      return undefined;
    }
  }

  /** The command with the files of its form on the server, each in its place. A crash repeats the last upload only. */
  private async withFiles(command: Command | undefined): Promise<Command | undefined> {
    let current = command;
    for (const id of command?.kept ?? []) {
      if (!current) return undefined;
      // One after the other: a phone's way up is narrow, and each that has arrived is written down.
      // oxlint-disable-next-line no-await-in-loop
      current = await this.withFile(current, id);
    }
    return current;
  }

  private async withFile(command: Command, id: Id): Promise<Command | undefined> {
    const picture = await this.store.picture(id);
    if (!picture) {
      await this.settle(command, { state: 'rejected', problem: { code: 'picture_lost', detail: '' } });
      return undefined;
    }
    try {
      const file = await this.transport.upload(`${command.client_id}-${id}`, picture);
      const payload = replaced(command.payload, id, file.id) as Payload;
      const kept = (command.kept ?? []).filter((other) => other !== id);
      await this.store.change(command.seq, { payload, kept });
      await this.store.dropPicture(id);
      return { ...command, payload, kept };
    } catch (error) {
      if (passes(error)) throw error;
      await this.settle(command, { state: 'rejected', problem: refusal(error) });
      return undefined;
    }
  }

  private async deliver(commands: Command[], passedOver: Set<number>): Promise<RoundEnd> {
    let answer: BatchOutcome;
    try {
      answer = await this.transport.deliver({ sent_at: this.now().toISOString(), commands: commands.map(wire) });
    } catch (error) {
      if (passes(error)) return endOf(error);
      const [only] = commands;
      if (commands.length === 1 && only) {
        await this.settle(only, { state: 'rejected', problem: refusal(error) });
        return 'done';
      }
      // The server refuses the delivery as a whole: one by one, so that a single bad command harms only itself.
      for (const command of commands) {
        const end = await this.deliver([command], passedOver);
        if (end !== 'done') return end;
      }
      return 'done';
    }
    const results = new Map(answer.results.map((result) => [result.client_id, result]));
    for (const command of commands) {
      const result = results.get(command.client_id);
      // No answer to a command is no receipt: it is sent again in the next round.
      if (result) await this.take(command, result, passedOver);
      else passedOver.add(command.seq);
    }
    return 'done';
  }

  private async take(command: Command, result: CommandOutcome, passedOver: Set<number>): Promise<void> {
    const outcome = result.outcome === 'duplicate' ? (result.first_outcome ?? 'applied') : result.outcome;
    const code = result.problem?.code;
    const lost = code === 'unknown_file' || code === 'checksum_mismatch';
    if (outcome === 'rejected' && lost && command.blob_id && command.attempts + 1 < UPLOADS) {
      await this.store.change(command.seq, { file_id: undefined, attempts: command.attempts + 1 });
      passedOver.add(command.seq);
      this.changed();
      return;
    }
    await this.settle(command, {
      state: outcome === 'conflict' || outcome === 'rejected' ? outcome : 'sent',
      ...(typeof result.version === 'number' ? { version: result.version } : {}),
      ...(result.problem ? { problem: result.problem } : {}),
      ...(result.conflict_id ? { conflict_id: result.conflict_id } : {}),
      ...(result.visit ? { theirs: result.visit } : {}),
    });
  }

  private async settle(command: Command, change: Partial<Command>): Promise<void> {
    await this.store.change(command.seq, { ...change, answered_at: this.now().toISOString() });
    this.changed();
  }
}

/** Seconds until the next try after `failures` failed rounds: 2, 4, 8 … at most five minutes, spread by a fifth. */
export function backoffSeconds(failures: number, random: () => number = Math.random): number {
  const plain = Math.min(300, 2 ** Math.min(Math.max(failures, 1), 9));
  return plain * (0.9 + 0.2 * random());
}
