import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { config } from '@/config';
import { childEnvironment } from '@/environment';
import { ErrorText } from '@/text/foreign';
import { classify, GitError } from './error';

/** Every option that a git command may need. Paths are absolute. */
export interface GitOptions {
  /** The repository; sets `GIT_DIR`. */
  gitDir?: string;
  /** Where the process starts; the system's temporary folder unless given, so no repository is found by accident. */
  cwd?: string;
  env?: Record<string, string>;
  /** Settings of git on top of ours, as `key`, `value`. */
  settings?: Array<[string, string]>;
  input?: string | Uint8Array;
  /** Kills the process and everything it started. */
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
  /** Exit codes that are answers and not failures; 0 unless given. */
  okCodes?: number[];
  /**
   * For commands that outlive a killed server (they talk to a remote): called with the process group before
   * the command does anything; it starts only when the promise resolves.
   */
  record?: ((group: ProcessGroup) => Promise<void>) | undefined;
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
}

/** How long a process may take to end after SIGTERM before it is killed. */
const KILL_AFTER_MS = 800;

/**
 * Runs one git command to its end.
 * @throws GitError when it exits with a code that is not in `okCodes`, times out, or cannot be started;
 *   the signal's reason when it is aborted.
 */
export function git(args: string[], options: GitOptions = {}): Promise<GitOutput> {
  return runProgram(config().gitProgram, args, options);
}

/** `git`, with standard output as text without its last newline. */
export async function gitText(args: string[], options: GitOptions = {}): Promise<string> {
  return (await git(args, options)).stdout.toString('utf8').replace(/\n$/, '');
}

/** Starts a git process that is spoken to over its standard input and output; the caller ends it. */
export function spawnGit(
  args: string[],
  options: Pick<GitOptions, 'gitDir' | 'cwd' | 'env'> = {},
): ChildProcessWithoutNullStreams {
  return spawn(config().gitProgram, args, { cwd: options.cwd ?? '/', env: gitEnvironment(options) });
}

/** Like `git`, for another program that itself runs git (git-spice). */
export async function runProgram(program: string, args: string[], options: GitOptions): Promise<GitOutput> {
  options.signal?.throwIfAborted();
  // The gate: a shell that waits for one line, so that nothing runs before its group is on record, and
  // nothing runs at all when this process dies in between.
  const [command, commandArgs] = options.record
    ? ['/bin/sh', ['-c', 'read -r _ && exec "$@"', 'sh', program, ...args]]
    : [program, args];
  const child = spawn(command, commandArgs, {
    cwd: options.cwd ?? '/',
    env: gitEnvironment(options),
    detached: true,
  });
  const stdout: Buffer[] = [];
  const stderr = new ErrorText();
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  // EPIPE when the process ends without reading; its exit code says what happened.
  child.stdin.on('error', () => undefined);

  let timedOut = false;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = () => {
    signalGroup(child.pid, 'SIGTERM');
    killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), KILL_AFTER_MS);
  };
  const timeout = options.timeoutMs
    ? setTimeout(() => {
        timedOut = true;
        stop();
      }, options.timeoutMs)
    : undefined;
  options.signal?.addEventListener('abort', stop, { once: true });

  try {
    const exit = new Promise<{ code: number; signal: NodeJS.Signals | null }>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ code: code ?? (signal ? 128 : 1), signal }));
    });
    if (options.record && child.pid) {
      try {
        await options.record({ pgid: child.pid });
      } catch (error) {
        stop();
        exit.catch(() => undefined);
        throw error;
      }
      // The shell reads its line byte by byte, so what follows is the command's own input.
      child.stdin.write('\n');
    }
    child.stdin.end(options.input);
    const { code, signal } = await exit.catch((error: NodeJS.ErrnoException) => {
      throw new GitError('missing', `${program} cannot be started: ${error.message}`, args, '');
    });
    options.signal?.throwIfAborted();
    const errorText = stderr.toString();
    if (timedOut) {
      const after = `${Math.round((options.timeoutMs ?? 0) / 1000)} s`;
      throw new GitError('timeout', `git ${args[0]} did not end within ${after}`, args, errorText);
    }
    if (isFromOutside(signal)) throw new GitError('killed', `git ${args[0]} was killed (${signal})`, args, errorText);
    if (!(options.okCodes ?? [0]).includes(code)) throw classify(args, code, errorText);
    return { code, stdout: Buffer.concat(stdout), stderr: errorText };
  } finally {
    clearTimeout(timeout);
    clearTimeout(killTimer);
    options.signal?.removeEventListener('abort', stop);
  }
}

/** Whether the signal that ended a process was sent by somebody; the others (such as SIGSEGV) are its own fault. */
export function isFromOutside(signal: string | null): boolean {
  return signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP';
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: it has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** How git starts ssh; it must not wait for a person. */
export function sshCommand(): string {
  return childEnvironment().GIT_SSH_COMMAND ?? 'ssh -oBatchMode=yes -oConnectTimeout=20';
}

/**
 * The environment of every git process: no prompts, no hooks, no background maintenance, only the allowed
 * protocols, English messages. The host's own credential helpers and ssh keys stay usable.
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
    ...(options.settings ?? []),
  ];
  const env: NodeJS.ProcessEnv = {
    ...inherited,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // A graphical prompt would wait for nobody; a program that was set on purpose may know the password.
    GIT_ASKPASS: inherited.GIT_ASKPASS ?? '',
    GIT_EDITOR: 'true',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: config().allowLocal ? 'https:ssh:http:file' : 'https:ssh',
    GIT_SSH_COMMAND: sshCommand(),
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
