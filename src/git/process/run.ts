import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { config } from '@/config';
import { count } from '@/counters';
import { childEnvironment } from '@/environment';
import { inSpan } from '@/spans';
import { ErrorText } from '@/text/foreign';
import { whenLate } from '@/time-limit';
import { MAX_OUTPUT, MAX_RECORD, tooLarge } from './bounds';
import { classify, GitError, speaksToRemote } from './error';
import { hostConfig } from './host-config';
import { type Launched, type LaunchOptions, launch } from './launcher';
import { type Said, whoSaid } from './said';
import { makeTempFolder } from './temp-folder';
import { readTrace, type Trace } from './trace';

/** Every option that a git command may need. Paths are absolute. */
export interface GitOptions {
  /** The repository; sets `GIT_DIR`. */
  gitDir?: string;
  /** Where the process starts; `/` unless given, so that no repository is found by accident. */
  cwd?: string;
  env?: Record<string, string>;
  /** Settings of git on top of ours, as `key`, `value`. */
  settings?: Array<[string, string]>;
  input?: string | Uint8Array;
  /** Kills the process and everything it started. */
  signal?: AbortSignal | undefined;
  /** Of time in which this process is at work (`time-limit.ts`). */
  timeoutMs?: number;
  /** The most bytes of standard output; the process is ended beyond. `MAX_OUTPUT` unless given. */
  maxBytes?: number;
  /** Exit codes that are answers and not failures; 0 unless given. */
  okCodes?: number[];
  /**
   * For commands that outlive a killed server (they talk to a remote): called with the process group before
   * the command does anything; it starts only when the promise resolves.
   */
  record?: ((group: ProcessGroup) => Promise<void>) | undefined;
  /** For commands that wait for others: called as it begins. What that gives is called, and awaited, once it has ended. */
  away?: (() => () => Promise<void>) | undefined;
}

/** A group of processes that can be signalled together, on this machine. */
export interface ProcessGroup {
  pgid: number;
}

export interface GitOutput {
  code: number;
  stdout: Buffer;
  /** Clean (`text/foreign.ts`). */
  stderr: string;
  /** Whose words `stderr` has. */
  said: Said;
  /** Whether a git answered at the other end; null where it is not known, or there is none. */
  metGit: boolean | null;
}

/** How long a process may take to end after SIGTERM before it is killed. */
const KILL_AFTER_MS = 800;

/**
 * Runs one git command to its end. For what can be long there is `gitRecords`.
 * @throws GitError when it exits with a code that is not in `okCodes`, times out, cannot be started, or goes beyond
 *   its bounds (`too_large`); the signal's reason when it is aborted.
 */
export function git(args: string[], options: GitOptions = {}): Promise<GitOutput> {
  return runProgram(config().gitProgram, args, options);
}

/** `git`, with standard output as text without its last newline. */
export async function gitText(args: string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).stdout.toString('utf8').replace(/\n$/, '');
}

/**
 * Runs one git command and hands on its standard output record by record as it comes, so that nothing long is held
 * and nobody waits meanwhile. What `each` throws ends the process and is thrown.
 * @param separator ends a record: a newline unless given
 * @throws as `git` does
 */
export async function gitRecords(
  args: string[],
  options: GitOptions & { encoding?: 'utf8' | 'latin1'; separator?: '\n' | '\0' },
  each: (record: string) => void,
): Promise<Omit<GitOutput, 'stdout'>> {
  const { encoding = 'utf8', separator = '\n' } = options;
  let rest: Buffer[] = [];
  let length = 0;
  const add = (part: Buffer) => {
    rest.push(part);
    length += part.length;
    if (length > MAX_RECORD) throw tooLarge(`git ${args[0]} gave a line of more than ${MAX_RECORD} bytes`, args);
  };
  const flush = () => {
    if (length === 0 && rest.length === 0) return;
    const record = Buffer.concat(rest).toString(encoding);
    rest = [];
    length = 0;
    each(record);
  };
  const take = (chunk: Buffer) => {
    let at = 0;
    for (let next = chunk.indexOf(separator); next >= 0; next = chunk.indexOf(separator, at)) {
      add(chunk.subarray(at, next));
      flush();
      at = next + 1;
    }
    if (at < chunk.length) add(chunk.subarray(at));
  };
  try {
    return await run(config().gitProgram, args, options, take);
  } finally {
    // Also of a command that failed: it may have come so far.
    flush();
  }
}

/** Like `gitRecords`, in the pieces in which the output comes. */
export function gitChunks(
  args: string[],
  options: GitOptions,
  each: (chunk: Buffer) => void,
): Promise<Omit<GitOutput, 'stdout'>> {
  return run(config().gitProgram, args, options, each);
}

/** Starts a git process that is spoken to over its standard input and output; the caller ends it. */
export function launchGit(
  args: string[],
  options: Pick<GitOptions, 'gitDir' | 'cwd' | 'env'> & Pick<LaunchOptions, 'stdout' | 'stderr'>,
): Launched {
  const { stdout, stderr, cwd = '/' } = options;
  return counting(launch(config().gitProgram, args, { cwd, env: gitEnvironment(options), stdout, stderr }));
}

function counting(launched: Launched): Launched {
  void launched.pid.then(
    () => {
      count('git_started');
      count('git_running');
      const ended = () => count('git_running', -1);
      launched.exit.then(ended, ended);
    },
    () => undefined,
  );
  return launched;
}

/** The program behind a gate: a shell that becomes it once it has read one line, and does nothing where none comes. */
function behindGate(program: string, args: string[]): [string, string[]] {
  return ['/bin/sh', ['-c', 'read -r _ && exec "$@"', 'sh', program, ...args]];
}

/** Like `git`, for another program that itself runs git (git-spice). */
export async function runProgram(program: string, args: string[], options: GitOptions): Promise<GitOutput> {
  const chunks: Buffer[] = [];
  const end = await run(program, args, { maxBytes: MAX_OUTPUT, ...options }, (chunk) => chunks.push(chunk));
  return { ...end, stdout: Buffer.concat(chunks) };
}

/**
 * Runs it; what speaks to a remote, with a trace that tells our git's words from the far side's. The trace is a file,
 * since a pipe would stay open as long as a credential helper's daemon.
 */
async function run(
  program: string,
  args: string[],
  options: GitOptions,
  take: (chunk: Buffer) => void,
): Promise<Omit<GitOutput, 'stdout'>> {
  if (!speaksToRemote(args)) return runTraced(program, args, options, take, async () => null);
  // Without a place for it there is no trace: the marks alone tell then, and the command runs as it would.
  const folder = await makeTempFolder().catch(() => null);
  if (folder === null) return runTraced(program, args, options, take, async () => null);
  const path = join(folder, 'trace');
  const trace = async () => readTrace(await readFile(path, 'utf8').catch(() => ''));
  try {
    const env = { GIT_TRACE2_EVENT: path, ...options.env };
    return await runTraced(program, args, { ...options, env }, take, trace);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function runTraced(...given: Parameters<typeof runOnce>): ReturnType<typeof runOnce> {
  const [program, args] = given;
  // What comes before it are settings, each with its value.
  const command = args.find((arg, at) => arg !== '-c' && args[at - 1] !== '-c');
  const name = nameOf(program);
  return inSpan(name === 'git' ? `git ${command}` : name, {}, () => runOnce(...given));
}

function nameOf(program: string): 'git' | 'git-spice' {
  return program === config().gitProgram ? 'git' : 'git-spice';
}

async function runOnce(
  program: string,
  args: string[],
  options: GitOptions,
  take: (chunk: Buffer) => void,
  readItsTrace: () => Promise<Trace | null>,
): Promise<Omit<GitOutput, 'stdout'>> {
  options.signal?.throwIfAborted();
  // Nothing runs before its group is on record, and nothing runs at all when this process dies in between.
  const [command, commandArgs] = options.record ? behindGate(program, args) : [program, args];
  const stderr = new ErrorText();
  let read = 0;
  /** Why the rest of the output is not wanted. */
  let refused: { error: unknown } | undefined;
  const child = counting(
    launch(command, commandArgs, {
      cwd: options.cwd ?? '/',
      env: gitEnvironment(options),
      stderr: (chunk) => stderr.add(chunk),
      stdout(chunk) {
        if (refused) return;
        read += chunk.length;
        try {
          if (read > (options.maxBytes ?? Number.POSITIVE_INFINITY)) {
            throw tooLarge(`git ${args[0]} gave more than ${options.maxBytes} bytes`, args);
          }
          take(chunk);
        } catch (error) {
          refused = { error };
          stop();
        }
      },
    }),
  );

  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  };
  const inTime = options.timeoutMs
    ? whenLate(options.timeoutMs, () => {
        timedOut = true;
        stop();
      })
    : undefined;
  options.signal?.addEventListener('abort', stop, { once: true });
  let back: (() => Promise<void>) | undefined;

  try {
    if (options.record) {
      // One that cannot be started says so by its end.
      const pgid = await child.pid.catch(() => null);
      if (pgid !== null)
        await options.record({ pgid }).catch((error: unknown) => {
          stop();
          throw error;
        });
      // The shell reads its line byte by byte, so what follows is the command's own input.
      child.write('\n');
    }
    child.end(options.input);
    back = options.away?.();
    const exit = await child.exit.catch((error: Error) => {
      throw new GitError('missing', `${program} cannot be started: ${error.message}`, args, '');
    });
    const { signal } = exit;
    const code = exit.code ?? 128;
    options.signal?.throwIfAborted();
    if (refused) throw refused.error;
    const errorText = stderr.toString();
    if ((code === 126 || code === 127) && /^(\/bin\/)?sh: /.test(errorText)) {
      throw new GitError('missing', `${program} cannot be started: ${errorText.trim()}`, args, '');
    }
    if (timedOut) {
      const after = `${Math.round((options.timeoutMs ?? 0) / 1000)} s`;
      throw new GitError('timeout', `${nameOf(program)} ${args[0]} did not end within ${after}`, args, errorText);
    }
    if (isFromOutside(signal)) throw new GitError('killed', `git ${args[0]} was killed (${signal})`, args, errorText);
    const trace = await readItsTrace();
    const said = whoSaid(errorText, trace);
    if (!(options.okCodes ?? [0]).includes(code)) throw classify(args, code, errorText, said);
    return { code, stderr: errorText, said, metGit: trace ? trace.metGit : null };
  } finally {
    inTime?.();
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', stop);
    await back?.();
  }
}

/** Whether the signal that ended a process was sent by somebody; the others (such as SIGSEGV) are its own fault. */
export function isFromOutside(signal: string | null): boolean {
  return signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP';
}

/** How git starts ssh; it must not wait for a person. */
export function sshCommand(inherited = childEnvironment()): string {
  return inherited.GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes -oConnectTimeout=20';
}

/**
 * The environment of every git process: no prompts, no hooks, no background maintenance, only the allowed
 * protocols, English messages, and of the host's configuration only what people need (`host-config.ts`): its credential
 * helpers and ssh keys stay usable.
 * @throws where the data directory cannot be written
 */
export function gitEnvironment(options: Pick<GitOptions, 'gitDir' | 'env' | 'settings'> = {}): NodeJS.ProcessEnv {
  const inherited = childEnvironment();
  const settings: Array<[string, string]> = [
    ['core.hooksPath', '/dev/null'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['core.quotePath', 'false'],
    ['commit.gpgSign', 'false'],
    ['advice.detachedHead', 'false'],
    ['protocol.ext.allow', 'never'],
    // A remote must not choose whom this machine talks to.
    ['http.followRedirects', 'false'],
    // Where the host's configuration names none, git has a usual place for them.
    ['core.attributesFile', '/dev/null'],
    ...(options.settings ?? []),
  ];
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    ...hostConfig().env,
    GIT_ATTR_NOSYSTEM: '1',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // A graphical prompt would wait for nobody; a program that was set on purpose may know the password.
    GIT_ASKPASS: inherited.GIT_ASKPASS ?? '',
    GIT_EDITOR: 'true',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: config().allowLocal ? 'https:ssh:http:file' : 'https:ssh',
    GIT_SSH_COMMAND: sshCommand(inherited),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], i) => [
        [`GIT_CONFIG_KEY_${i}`, key],
        [`GIT_CONFIG_VALUE_${i}`, value],
      ]),
    ),
  };
  if (options.gitDir) env.GIT_DIR = options.gitDir;
  return { ...env, ...options.env };
}
