import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { childEnvironment } from '@/environment';
import { timeLimit } from '@/time-limit';
import { freePorts } from './ports';

/** An Inngest server of our own on loopback, kept alive until it is stopped. */
export interface InngestChild {
  /** The environment under which the app's Inngest client uses it. */
  env: Record<string, string>;
  /** The ports that it opens unasked, on all addresses. */
  openPorts: number[];
  /** Its log, for people. */
  logFile: string;
  stop(): Promise<void>;
}

export interface InngestChildOptions {
  program: string;
  /** `start` demands keys; `dev` is Inngest's development server. */
  command: 'start' | 'dev';
  /** Where it calls the app: `http://127.0.0.1:3000/api/inngest`. */
  appUrl: string;
  dataDir: string;
  /** Called whenever it answers after a start. It has forgotten everything then, the app's functions too. */
  onUp: () => void;
  /** Called when it has ended by itself; it is started again. */
  onDown: () => void;
  log: (line: string) => void;
}

const HEALTHY_WITHIN_MS = 30_000;
/** What it holds dies with it whichever way it ends, so there is little to wait for. */
const KILL_AFTER_MS = 700;
const RESTART_MS = { first: 250, most: 30_000 };
/** Having lived so long, its next end is a new trouble and not the old one. */
const STEADY_MS = 60_000;

/**
 * The shell that becomes the server. Beside it stands a watcher that reads our end of a pipe: a line means
 * that the server has ended, the pipe's end means that we were killed, and then the server is killed too. So
 * no server outlives us, and its folder goes in every case.
 */
const WATCHED = `(read -r _ <&3 || kill -9 $$; rm -rf -- "$1") &
shift
exec "$@" 3<&-`;

/**
 * How often Inngest looks into its queue, in milliseconds. By itself it is 150, and then a job with nothing to do waits
 * longer for its turn than it takes; so often, an idle Inngest costs a few hundredths of a core.
 */
const TICK_MS = 25;

/** Starts an Inngest server and starts it again, later each time, when it ends. Returns at once. */
export async function startInngestChild(options: InngestChildOptions): Promise<InngestChild> {
  // One port for the app, three more that it opens unasked, on all addresses, whatever `--host` says.
  const port = await freePorts(4);
  const openPorts = [port + 1, port + 2, port + 3] as const;
  const url = `http://127.0.0.1:${port}`;
  // New keys for each server: one that an earlier server left behind could not call the app.
  const keys =
    options.command === 'start'
      ? {
          INNGEST_EVENT_KEY: randomBytes(16).toString('hex'),
          INNGEST_SIGNING_KEY: randomBytes(32).toString('hex'),
        }
      : {};
  const logFile = join(options.dataDir, 'logs', 'inngest.log');
  mkdirSync(join(options.dataDir, 'logs'), { recursive: true });
  mkdirSync(join(options.dataDir, 'inngest'), { recursive: true });
  writeFileSync(logFile, '');

  const args = [
    ...(options.command === 'start' ? ['start', '--no-ui'] : ['dev', '--no-discovery']),
    ...['--sdk-url', options.appUrl, '--host', '127.0.0.1', '--port', String(port)],
    ...['--connect-gateway-port', String(openPorts[0])],
    ...['--connect-gateway-grpc-port', String(openPorts[1]), '--connect-executor-grpc-port', String(openPorts[2])],
    ...['--log-level', 'warn', '--tick', String(TICK_MS)],
  ];

  const stopping = new AbortController();
  let child: ChildProcess | undefined;

  async function keepAlive(): Promise<void> {
    let delay = RESTART_MS.first;
    while (!stopping.signal.aborted) {
      const begun = Date.now();
      child = launch(options, args, keys, logFile);
      const ended = once(child, 'exit').then(
        ([code, signal]) => `it ended (${signal ?? `exit ${code}`})`,
        (error: Error) => `it cannot be started: ${error.message}`,
      );
      const up = await Promise.race([isHealthy(url, stopping.signal), ended.then(() => false)]);
      if (up) options.onUp();
      else child.kill('SIGKILL');
      const why = await ended;
      dismissWatcher(child);
      if (stopping.signal.aborted) return;
      options.onDown();
      if (Date.now() - begun > STEADY_MS) delay = RESTART_MS.first;
      options.log(`Inngest: ${why}; starting it again in ${delay} ms (see ${logFile})`);
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined);
      delay = Math.min(delay * 2, RESTART_MS.most);
    }
  }

  const ended = keepAlive().catch((error: unknown) => options.log(`Inngest: given up: ${error}`));
  return {
    env: { INNGEST_BASE_URL: url, INNGEST_DEV: options.command === 'dev' ? '1' : '0', ...keys },
    openPorts: [...openPorts],
    logFile,
    async stop() {
      stopping.abort();
      child?.kill('SIGTERM');
      const kill = setTimeout(() => child?.kill('SIGKILL'), KILL_AFTER_MS);
      await ended;
      clearTimeout(kill);
    },
  };
}

function launch(
  options: InngestChildOptions,
  args: string[],
  keys: Record<string, string>,
  logFile: string,
): ChildProcess {
  // A folder for each start: an app that an earlier start knew under another address would be called too.
  const folder = mkdtempSync(join(options.dataDir, 'inngest', 'run-'));
  const persistence = options.command === 'start' ? ['--sqlite-dir', folder] : [];
  const log = openSync(logFile, 'a');
  try {
    return spawn('/bin/sh', ['-c', WATCHED, 'sh', folder, options.program, ...args, ...persistence], {
      cwd: folder,
      // The keys come this way because a command line can be read by every user of the machine.
      // Not in our process group: a Ctrl-C in the terminal must reach it through us.
      detached: true,
      env: childEnvironment({ ...keys, DO_NOT_TRACK: '1' }),
      stdio: ['ignore', log, log, 'pipe'],
    });
  } finally {
    closeSync(log);
  }
}

/** Tells the watcher that the server has ended: its process number may soon be somebody else's. */
function dismissWatcher(child: ChildProcess): void {
  const pipe = child.stdio[3];
  if (!(pipe instanceof Writable)) return;
  // A watcher that somebody killed has nothing left to be told.
  pipe.on('error', () => undefined);
  pipe.end('ended\n');
}

async function isHealthy(url: string, signal: AbortSignal): Promise<boolean> {
  const limit = timeLimit(HEALTHY_WITHIN_MS);
  while (!limit.aborted && !signal.aborted) {
    const healthy = await fetch(`${url}/health`, { signal: timeLimit(2000) }).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return true;
    await sleep(100);
  }
  return false;
}
