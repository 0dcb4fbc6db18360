import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { shellWord } from '@/text/shell';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of the program that goes on. */
export interface Run {
  child: ChildProcess;
  /** What it has written so far, on both. */
  output(): string;
  /** Waits until it has written something. @throws Error with its output where it ends without */
  says(words: string | RegExp): Promise<void>;
  ended: Promise<Ended>;
}

export interface CliOptions {
  cwd: string;
  env: Record<string, string>;
  /** What comes by standard input; it is closed at once where this is left out, and stays open where it is null. */
  input?: string | null;
}

/** The built program, as people have it. */
export interface Cli {
  file: string;
  run(args: string[], options: CliOptions): Promise<Ended>;
  start(args: string[], options: CliOptions): Run;
  /** The same in a terminal of its own (`script` of util-linux), whose two outputs are one. */
  inTerminal(args: string[], options: Omit<CliOptions, 'input'>): Run & { type(text: string): void };
}

/** Bundles the program into a folder. */
export async function buildCli(dir: string): Promise<Cli> {
  const file = join(dir, 'spicerack.mjs');
  await promisify(execFile)(process.execPath, ['packages/cli/build.mjs', file], { cwd: root });

  function launch(program: string, args: string[], { cwd, env }: Omit<CliOptions, 'input'>): Run {
    const child = spawn(program, args, { cwd, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let isOver = false;
    let wake = () => {};
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      wake();
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      wake();
    });
    const ended = once(child, 'close').then(([code]): Ended => {
      isOver = true;
      wake();
      return { code: typeof code === 'number' ? code : null, stdout, stderr };
    });
    const output = () => stdout + stderr;
    return {
      child,
      output,
      ended,
      async says(words) {
        while (!(typeof words === 'string' ? output().includes(words) : words.test(output()))) {
          if (isOver) throw new Error(`It ended without ${words}; it wrote:\n${output()}`);
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    };
  }

  const start = (args: string[], options: CliOptions) => {
    const run = launch(process.execPath, [file, ...args], options);
    if (options.input !== null) run.child.stdin?.end(options.input ?? '');
    return run;
  };
  return {
    file,
    start,
    run: (args, options) => start(args, options).ended,
    inTerminal(args, options) {
      const command = [process.execPath, file, ...args].map(shellWord).join(' ');
      const run = launch('script', ['-qefc', command, '/dev/null'], {
        ...options,
        env: { TERM: 'xterm', ...options.env },
      });
      return { ...run, type: (text) => void run.child.stdin?.write(text) };
    },
  };
}

/** Nothing of the caller's that the program would obey. */
function environment(more: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env))
    if (/^(SPICERACK|GIT|XDG)_|^(NO_COLOR|DISPLAY|WAYLAND_DISPLAY|NODE_OPTIONS)$/.test(name)) delete env[name];
  return { ...env, ...more };
}
