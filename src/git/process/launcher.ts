import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { childEnvironment } from '@/environment';

/**
 * Starts processes from a small process beside this one. To start a process the system copies the tables of the
 * starter's memory, and the starter stands still meanwhile: of a server that holds some hundred megabytes that takes
 * longer than most git commands do, and all requests wait for it.
 */

export interface LaunchOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

/** How a process ended: one of both is null. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A process that leads a group of its own. */
export interface Launched {
  /** The number of the process and of its group. Rejects where it cannot be started. */
  readonly pid: Promise<number>;
  /**
   * When it has ended and all its output was handed on; where what starts it has ended, as if it were killed. Rejects
   * where it cannot be started.
   */
  readonly exit: Promise<Exit>;
  /** Writes to its standard input. What one tick of the loop writes goes out together. */
  write(input: string | Uint8Array): void;
  /** Ends its standard input. */
  end(input?: string | Uint8Array): void;
  /** Sends the whole group a signal; does nothing once it has ended. */
  kill(signal: NodeJS.Signals): void;
}

type ToLauncher = { id: number } & (
  | { start: { command: string; args: string[]; cwd: string; env: NodeJS.ProcessEnv } }
  | { input: Uint8Array[]; ends: boolean }
  | { kill: NodeJS.Signals }
);

type FromLauncher = { id: number } & (
  | { pid: number }
  | { stdout: Uint8Array }
  | { stderr: Uint8Array }
  | { exit: Exit }
  | { error: string }
);

interface Flight {
  take(message: FromLauncher): void;
  /** The launcher itself has ended: so does what it has started. */
  lose(): void;
}

interface Launcher {
  process: ChildProcess;
  flights: Map<number, Flight>;
  /** Number of the newest flight: one count for all who share it. */
  lastId: number;
}

// The app's bundles do not share modules with the server.
const shared = globalThis as typeof globalThis & { __spicerackLauncher?: Launcher | undefined };

/**
 * Starts a program, which leads a process group of its own. This process does not end before it, unless it is ended.
 */
export function launch(command: string, args: string[], options: LaunchOptions): Launched {
  const { cwd, env, stdout, stderr } = options;
  const launcher = launcherHere();
  const id = ++launcher.lastId;
  const send = (message: ToLauncher) => {
    // It may have ended just now, which ends all its flights.
    if (launcher.process.connected) launcher.process.send(message, () => undefined);
  };
  const pid = deferred<number>();
  const exit = deferred<Exit>();
  let group: number | undefined;
  const land = () => {
    launcher.flights.delete(id);
    if (launcher.flights.size === 0) keepAlive(launcher, false);
  };
  launcher.flights.set(id, {
    take(message) {
      if ('stdout' in message) stdout(asBuffer(message.stdout));
      else if ('stderr' in message) stderr(asBuffer(message.stderr));
      else if ('pid' in message) {
        group = message.pid;
        pid.resolve(group);
      } else {
        land();
        if ('exit' in message) exit.resolve(message.exit);
        else {
          const error = new Error(message.error);
          pid.reject(error);
          exit.reject(error);
        }
      }
    },
    lose() {
      if (group !== undefined) killGroupOf(group);
      pid.reject(new Error('The process that starts others has ended.'));
      exit.resolve({ code: null, signal: 'SIGKILL' });
    },
  });
  if (launcher.flights.size === 1) keepAlive(launcher, true);
  send({ id, start: { command, args, cwd, env } });

  let unsent: { id: number; input: Uint8Array[]; ends: boolean } | undefined;
  const write = (input: string | Uint8Array | undefined, ends: boolean) => {
    if (!unsent) {
      unsent = { id, input: [], ends };
      process.nextTick(() => {
        if (unsent) send(unsent);
        unsent = undefined;
      });
    }
    unsent.ends ||= ends;
    if (input !== undefined) unsent.input.push(typeof input === 'string' ? Buffer.from(input) : input);
  };
  return {
    pid: pid.promise,
    exit: exit.promise,
    write: (input) => write(input, false),
    end: (input) => write(input, true),
    kill: (signal) => send({ id, kill: signal }),
  };
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

/** A promise that others settle. Nobody has to wait for it. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, 'promise'> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject };
  });
  promise.catch(() => undefined);
  return { promise, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function killGroupOf(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (_ended) {
    // It has ended by itself: ESRCH, or EPERM where a system counts those that nobody has waited for.
  }
}

function launcherHere(): Launcher {
  shared.__spicerackLauncher ??= startLauncher();
  return shared.__spicerackLauncher;
}

function startLauncher(): Launcher {
  // Not a file of its own, which each bundle would have to find. Some compilers give functions their names by `__name`.
  const source = `const __name = (named) => named; (${serve})()`;
  const child = spawn(process.execPath, ['-e', source], {
    cwd: '/',
    env: childEnvironment(),
    // A terminal's Ctrl-C is for this process: what it has started ends when it says so.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const launcher: Launcher = { process: child, flights: new Map(), lastId: 0 };
  child.on('message', (message: FromLauncher) => launcher.flights.get(message.id)?.take(message));
  const lose = () => {
    if (shared.__spicerackLauncher === launcher) shared.__spicerackLauncher = undefined;
    const lost = [...launcher.flights.values()];
    launcher.flights.clear();
    for (const flight of lost) flight.lose();
  };
  child.once('error', lose);
  child.once('exit', lose);
  keepAlive(launcher, false);
  return launcher;
}

/** Whether this process waits for its launcher before it ends. */
function keepAlive({ process }: Launcher, does: boolean): void {
  if (does) {
    process.ref();
    process.channel?.ref();
  } else {
    process.unref();
    process.channel?.unref();
  }
}

/**
 * What the small process does. It is given to it as text, so it may use nothing from outside of itself.
 */
function serve(): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const children = new Map<number, ChildProcessWithoutNullStreams>();
  const send = (message: FromLauncher, sent?: () => void) => process.send?.(message, undefined, undefined, sent);
  process.title = 'spicerack: starts git';
  // It ends with the process that it works for, and not before.
  process.on('disconnect', () => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  process.on('message', (message: ToLauncher) => {
    const { id } = message;
    if ('start' in message) {
      const { start } = message;
      let child: ChildProcessWithoutNullStreams;
      try {
        child = spawn(start.command, start.args, { cwd: start.cwd, env: start.env, detached: true });
      } catch (error) {
        // Of arguments that are too long, say.
        send({ id, error: String(error) });
        return;
      }
      children.set(id, child);
      child.once('error', ({ message: error }) => {
        children.delete(id);
        send({ id, error });
      });
      // What could not be started may lack its streams too.
      if (child.pid === undefined) return;
      send({ id, pid: child.pid });
      for (const name of ['stdout', 'stderr'] as const) {
        // No more is read than the other side takes.
        child[name].on('data', (chunk: Buffer) => {
          child[name].pause();
          send(name === 'stdout' ? { id, stdout: chunk } : { id, stderr: chunk }, () => child[name].resume());
        });
      }
      // EPIPE when the process ends without reading; its exit code says what happened.
      child.stdin.on('error', () => undefined);
      child.once('close', (code, signal) => {
        if (children.delete(id)) send({ id, exit: { code, signal } });
      });
      return;
    }
    const child = children.get(id);
    if (!child) return;
    if ('input' in message) {
      child.stdin.cork();
      for (const chunk of message.input) child.stdin.write(chunk);
      child.stdin.uncork();
      if (message.ends) child.stdin.end();
    } else if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, message.kill);
      } catch (_ended) {
        // It has ended by itself, and its exit is on its way.
      }
    }
  });
}
