import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { config } from '@/config';
import { childEnvironment } from '@/environment';
import { whenLate } from '@/time-limit';

/**
 * Starts processes from a small process beside this one. To start a process the system copies the tables of the
 * starter's memory, and the starter stands still meanwhile: of a server that holds some hundred megabytes that takes
 * longer than most git commands do, and all requests wait for it.
 *
 * What a process prints comes over a connection of its own, which is its standard output: handed on by the small process
 * it would be copied five times. Where there is no such connection it is.
 */

export interface LaunchOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  stdout(chunk: Buffer): void;
  /** Comes another way than `stdout`: which of both is first tells nothing. */
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

interface Start {
  command: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

const KILLED: Exit = { code: null, signal: 'SIGKILL' };
/**
 * How long the output of a process that has ended is waited for, in milliseconds, where nothing of it has come, not even
 * its connection.
 */
const OUTPUT_MS = 2000;
/** The most bytes of input on their way to a process: what starts it holds them three times, and little memory. */
const PIECE = 1024 * 1024;

type ToLauncher = { id: number } & (
  | { start: Start }
  /** `tells`: when the process has read it, which the next one waits for. */
  | { input: Uint8Array[]; ends: boolean; tells: boolean }
  | { kill: NodeJS.Signals }
);

type FromLauncher = { id: number } & (
  | { pid: number }
  | { stdout: Uint8Array }
  | { stderr: Uint8Array }
  | { hasRead: true }
  /** `apart`: its output has come over a connection of its own. */
  | { exit: Exit; apart: boolean }
  | { error: string }
);

interface Flight {
  take(message: FromLauncher): void;
  /** Takes the connection that its output comes over. */
  connect(output: Socket): void;
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
  /** When all its output was handed on; false where that is lost. */
  const read = deferred<boolean>();
  let output: Socket | undefined;
  let inTime: (() => void) | undefined;
  let group: number | undefined;
  /** What was not sent yet, and whether a piece is on its way before whose arrival the next one is not sent. */
  const input = { waiting: [] as Uint8Array[], ends: false, isAway: false };
  const sendNext = () => {
    if (input.isAway) return;
    const piece = cut(input.waiting, PIECE);
    input.isAway = input.waiting.length > 0;
    send({ id, input: piece, ends: input.ends && !input.isAway, tells: input.isAway });
  };
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
      } else if ('hasRead' in message) {
        input.isAway = false;
        sendNext();
      } else if ('exit' in message) {
        if (!message.apart) read.resolve(true);
        // This process may be unable to take the connection, with too many files open: nothing tells it of that.
        else if (!output) inTime = whenLate(OUTPUT_MS, () => read.resolve(false));
        void read.promise.then((isWhole) => {
          inTime?.();
          land();
          exit.resolve(isWhole ? message.exit : KILLED);
        });
      } else {
        land();
        const error = new Error(message.error);
        pid.reject(error);
        exit.reject(error);
      }
    },
    connect(connection) {
      inTime?.();
      output = connection;
      output.on('data', stdout);
      output.once('close', () => read.resolve(true));
    },
    lose() {
      inTime?.();
      output?.destroy();
      if (group !== undefined) killGroupOf(group);
      pid.reject(new Error('The process that starts others has ended.'));
      exit.resolve(KILLED);
    },
  });
  if (launcher.flights.size === 1) keepAlive(launcher, true);
  send({ id, start: { command, args, cwd, env } });

  const write = (given: string | Uint8Array | undefined, ends: boolean) => {
    if (input.waiting.length === 0 && !input.ends) process.nextTick(sendNext);
    input.ends ||= ends;
    if (given !== undefined) input.waiting.push(typeof given === 'string' ? Buffer.from(given) : given);
  };
  return {
    pid: pid.promise,
    exit: exit.promise,
    write: (input) => write(input, false),
    end: (input) => write(input, true),
    kill: (signal) => send({ id, kill: signal }),
  };
}

/** Takes the first so many bytes out of it. */
function cut(from: Uint8Array[], size: number): Uint8Array[] {
  let room = size;
  let count = 0;
  for (; count < from.length && room > 0; count += 1) room -= from[count]?.length ?? 0;
  const taken = from.splice(0, count);
  const last = room < 0 && taken.pop();
  if (last) {
    taken.push(last.subarray(0, room));
    from.unshift(last.subarray(room));
  }
  return taken;
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
  const outputs = receiveOutputs();
  const source = `const __name = (named) => named; (${serve})(${JSON.stringify(outputs?.folder ?? null)})`;
  // What it starts inherits this limit of its memory. It is on data and not on the address space, which large packs fill
  // by being mapped: those are read-only and do not count. Where the system has no such limit, or a lower hard one, that
  // stays. The stacks of Node's threads count, each as large as a stack may be, so that is what it is by default.
  const limited = 'ulimit -S -s 8192 2>/dev/null; ulimit -S -d "$1" 2>/dev/null; shift; exec "$@"';
  const memory = String(config().gitMemory / 1024);
  // Less memory of its own, so less to copy for each that it starts.
  const flags = ['--single-threaded', '--max-semi-space-size=1'];
  const child = spawn('/bin/sh', ['-c', limited, 'sh', memory, process.execPath, ...flags, '-e', source], {
    cwd: '/',
    env: childEnvironment(),
    // A terminal's Ctrl-C is for this process: what it has started ends when it says so.
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const launcher: Launcher = { process: child, flights: new Map(), lastId: 0 };
  child.on('message', (message: FromLauncher) => launcher.flights.get(message.id)?.take(message));
  outputs?.each((id, output) => {
    const flight = launcher.flights.get(id);
    if (flight) flight.connect(output);
    else output.destroy();
  });
  const lose = () => {
    outputs?.close();
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

/** Where processes connect to that print: a socket in a folder of our own, which nobody else can enter. */
interface Outputs {
  folder: string;
  /** Calls for each connection with the number of the flight that it belongs to, before anything is read of it. */
  each(take: (id: number, output: Socket) => void): void;
  close(): void;
}

/** Null where there is no place for it: then output comes as messages. */
function receiveOutputs(): Outputs | null {
  let folder: string;
  try {
    folder = mkdtempSync(join(tmpdir(), 'spicerack-outputs-'));
  } catch {
    // It is quicker, and nothing needs it.
    return null;
  }
  const server = createServer();
  // Where it cannot listen (the path is too long, say), nothing can connect either.
  server.on('error', () => undefined);
  server.listen(join(folder, 'socket'));
  server.unref();
  return {
    folder,
    each: (take) =>
      server.on('connection', (output) => {
        // A connection that breaks is closed, which is all that matters.
        output.on('error', () => undefined);
        output.once('readable', () => {
          // The number was written at once, so it is here at once.
          const head: Buffer | null = output.read(4);
          if (head) take(head.readUInt32LE(), output);
          else output.destroy();
        });
      }),
    close() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
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
 * @param folder where the socket for what is printed is
 */
function serve(folder: string | null): void {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const { rmSync } = process.getBuiltinModule('node:fs');
  const { connect } = process.getBuiltinModule('node:net');
  /** Null where it could not be started, or has ended. */
  const children = new Map<number, Promise<ChildProcess | null>>();
  let last = Promise.resolve<ChildProcess | null>(null);
  // Where the one that it works for has just ended, so does this one.
  const send = (message: FromLauncher, sent: () => void = () => undefined) =>
    process.send?.(message, undefined, undefined, sent);
  process.title = 'spicerack: starts git';
  // It ends with the process that it works for, and not before.
  process.on('disconnect', () => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  /** A connection for the output of a process, which begins with whose it is; null where nobody takes it. */
  const connectionTo = (path: string, id: number) =>
    new Promise<Socket | null>((resolve) => {
      const output = connect(path);
      // The write is told of it as well.
      output.on('error', () => undefined);
      const head = Buffer.alloc(4);
      head.writeUInt32LE(id);
      output.write(head, (error) => resolve(error ? null : output));
    });

  const begin = async (id: number, start: Start): Promise<ChildProcess | null> => {
    const output = folder === null ? null : await connectionTo(`${folder}/socket`, id);
    let child: ChildProcess;
    try {
      const stdio: StdioOptions = ['pipe', output ?? 'pipe', 'pipe'];
      child = spawn(start.command, start.args, { cwd: start.cwd, env: start.env, detached: true, stdio });
    } catch (error) {
      // Of arguments that are too long, say.
      children.delete(id);
      send({ id, error: String(error) });
      return null;
    } finally {
      // The process has its own.
      output?.destroy();
    }
    child.once('error', ({ message: error }) => {
      children.delete(id);
      send({ id, error });
    });
    // What could not be started may lack its streams too.
    if (child.pid === undefined) return null;
    send({ id, pid: child.pid });
    for (const name of ['stdout', 'stderr'] as const) {
      const stream = child[name];
      // No more is read than the other side takes.
      stream?.on('data', (chunk: Buffer) => {
        stream.pause();
        send(name === 'stdout' ? { id, stdout: chunk } : { id, stderr: chunk }, () => stream.resume());
      });
    }
    // EPIPE when the process ends without reading; its exit code says what happened.
    child.stdin?.on('error', () => undefined);
    child.once('close', (code, signal) => {
      if (children.delete(id)) send({ id, exit: { code, signal }, apart: output !== null });
    });
    return child;
  };

  const tell = (child: ChildProcess, message: Exclude<ToLauncher, { start: Start }>) => {
    if ('input' in message) {
      child.stdin?.cork();
      for (const chunk of message.input) child.stdin?.write(chunk);
      if (message.tells) child.stdin?.write('', () => send({ id: message.id, hasRead: true }));
      child.stdin?.uncork();
      if (message.ends) child.stdin?.end();
    } else if (child.pid !== undefined) {
      try {
        process.kill(-child.pid, message.kill);
      } catch (_ended) {
        // It has ended by itself, and its exit is on its way.
      }
    }
  };

  process.on('message', (message: ToLauncher) => {
    const { id } = message;
    if ('start' in message) {
      // One after another: with a connection for each, and no file left to start anything, none would start.
      last = last.then(() => begin(id, message.start));
      children.set(id, last);
    } else {
      void children.get(id)?.then((child) => child && tell(child, message));
    }
  });
}
