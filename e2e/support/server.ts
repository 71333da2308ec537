/** The real binary on a folder of its own, with the demo company, for as long as a worker lives. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface SignIn {
  login: string;
  password: string;
}

export interface Server {
  /** `http://127.0.0.1:PORT` */
  address: string;
  /** The people of the demo company, as the server prints them: login, password, role. */
  people: (SignIn & { role: string })[];
  /** The one with that login. */
  person(login: string): SignIn;
  /** Waits until the demo company's history is told; one can sign in long before. */
  complete(): Promise<void>;
  /** Everything it printed so far. */
  log(): string;
}

function binary(): string {
  const path = resolve(process.env['AFTERSAIL_BINARY'] ?? '../target/debug/aftersail');
  if (!existsSync(path)) {
    throw new Error(`${path} is not there: cargo build -p aftersail, or name the binary in AFTERSAIL_BINARY.`);
  }
  return path;
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const place = probe.address();
      const port = typeof place === 'object' && place !== null ? place.port : 0;
      probe.close(() => done(port));
    });
  });
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** The lines `  login  password  role` of what the server printed. */
export function people(log: string): (SignIn & { role: string })[] {
  return [...log.matchAll(/^ {2}(\S+) +(\S+) +(\S+)$/gm)].map(([, login, password, role]) => ({
    login: login ?? '',
    password: password ?? '',
    role: role ?? '',
  }));
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null) return done();
    const hard = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(hard);
      done();
    });
    child.kill('SIGTERM');
  });
}

/** Runs `use` beside a fresh server with the demo company. */
export async function withServer(use: (server: Server) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'aftersail-e2e-'));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const child = spawn(binary(), ['serve', '--data', folder, '--demo', '--listen', `127.0.0.1:${port}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stdout.on('data', (data: Buffer) => (log += data.toString()));
  child.stderr.on('data', (data: Buffer) => (log += data.toString()));
  try {
    for (let waited = 0; ; waited += 100) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${log}`);
      const ready = await fetch(`${address}/readyz`).then((reply) => reply.ok).catch(() => false);
      const found = people(log);
      if (ready && found.length > 0) {
        const person = (login: string): SignIn => {
          const who = found.find((one) => one.login === login);
          if (who === undefined) throw new Error(`nobody signs in as ${login}:\n${log}`);
          return who;
        };
        const complete = async (): Promise<void> => {
          for (let slept = 0; !log.includes('The demo company is complete.'); slept += 200) {
            if (slept > 240_000) throw new Error(`the demo company is not complete after 240 s:\n${log}`);
            await pause(200);
          }
        };
        await use({ address, people: found, person, complete, log: () => log });
        break;
      }
      if (waited > 120_000) throw new Error(`the server with its demo company is not ready after 120 s:\n${log}`);
      await pause(100);
    }
  } finally {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}
