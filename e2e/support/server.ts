import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Generous: it may build first, and the machine may be busy. */
const READY_WITHIN_MS = 240_000;

export interface ServerOptions {
  /** Left out: what `npm start` takes by itself. */
  executor?: 'inngest' | 'inline';
  /** As `npm run dev` runs it. */
  dev?: boolean;
  /** On top of a clean environment: none of the caller's SPICERACK_* and INNGEST_* but where programs are. */
  env?: Record<string, string>;
}

/** A Spicerack server in a process of its own, as `npm start` runs it, on a port and a data directory of its own. */
export interface TestServer {
  /** `http://127.0.0.1:<port>`; the same after a restart. */
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** What it has printed since its last start. */
  output(): string;
  /** Reads no more of what it prints, as a pipe does whose reader has ended. */
  stopReading(): void;
  /** Kills it without warning; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Asks it to end; resolves to its exit code and how long it took. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** Starts it again on the same port and data, killing it first where it still runs. Resolves when it is ready. */
  restart(): Promise<void>;
  /** Kills it and removes its data. */
  dispose(): Promise<void>;
}

/**
 * Starts a server and waits until it is ready.
 * @throws Error with its output when it ends or takes too long
 */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spicerack-data-'));
  let running = await launch(options, dataDir, 0);
  const { port, url } = running;

  async function end(signal: NodeJS.Signals): Promise<{ code: number | null; ms: number }> {
    const begun = Date.now();
    const { child } = running;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill(signal);
      await exit;
    }
    return { code: child.exitCode, ms: Date.now() - begun };
  }

  return {
    url,
    dataDir,
    get pid() {
      return running.pid;
    },
    output: () => running.output(),
    stopReading() {
      running.child.stdout?.destroy();
      running.child.stderr?.destroy();
    },
    async kill9() {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
    async restart() {
      await end('SIGKILL');
      running = await launch(options, dataDir, port);
    },
    async dispose() {
      await end('SIGKILL');
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

interface Running {
  child: ChildProcess;
  pid: number;
  url: string;
  port: number;
  output(): string;
}

function launch(options: ServerOptions, dataDir: string, port: number): Promise<Running> {
  const program = options.dev ? ['--import', 'tsx', 'server.ts', '--dev'] : ['scripts/start.mjs'];
  const child = spawn(process.execPath, program, {
    cwd: root,
    env: environment(options, dataDir, port),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${why}; it printed:\n${output}`));
    };
    const timer = setTimeout(() => fail('The server was not ready in time'), READY_WITHIN_MS);
    const onExit = (code: number | null) => fail(`The server ended (exit ${code}) before it was ready`);
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const url = output.match(/Spicerack is ready on (http:\/\/[^\s"]+)/)?.[1];
      if (!url || child.pid === undefined) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      resolve({ child, pid: child.pid, url, port: Number(new URL(url).port), output: () => output });
    };
    child.on('exit', onExit);
    child.on('error', (error) => fail(error.message));
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
}

const PROGRAMS = new Set(['SPICERACK_INNGEST', 'SPICERACK_GIT', 'SPICERACK_GIT_SPICE']);

function environment(options: ServerOptions, dataDir: string, port: number): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(SPICERACK|INNGEST)_|^(VITEST|NODE_OPTIONS|HOST)/.test(name) && !PROGRAMS.has(name)) delete env[name];
  }
  return {
    ...env,
    PORT: String(port),
    SPICERACK_LOG: 'text',
    SPICERACK_DATA_DIR: dataDir,
    ...(options.executor ? { SPICERACK_EXECUTOR: options.executor } : {}),
    ...options.env,
  };
}
