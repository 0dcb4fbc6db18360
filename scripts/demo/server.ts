import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { askForInngest } from '@/server/ask-for-inngest';

export interface DemoServer {
  /** Where the dashboard and the API are. */
  url: string;
  /** Settles when the server has ended, by itself or by `stop`. */
  ended: Promise<void>;
  /** Ends it as SIGTERM does, and waits. */
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Starts what `npm start` starts, on a free port unless PORT is set, and waits until it is ready.
 * @param log takes its output, line by line
 * @param signal ends the server and what it has started (a build) when it aborts before the server is ready
 * @throws Error when it ends before it is ready
 */
export async function startServer(
  dataDir: string,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<DemoServer> {
  const env = { ...process.env };
  await askForInngest(env);
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: {
      ...env,
      PORT: env.PORT ?? '0',
      SPICERACK_DATA_DIR: dataDir,
      SPICERACK_ALLOW_LOCAL: '1',
      SPICERACK_LOG: 'text',
    },
    // Its own group: Ctrl-C reaches us alone, and we end it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(() => undefined);
  const giveUp = () => child.pid && process.kill(-child.pid, 'SIGTERM');
  signal.addEventListener('abort', giveUp, { once: true });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const ready = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log(line);
        const url = line.match(/^Spicerack is ready on (\S+)/)?.[1];
        if (url) resolve(url);
      });
    }
  });
  const url = await Promise.race([
    ready,
    ended.then(() => {
      throw new Error('The server ended before it was ready; see its messages above.');
    }),
  ]);
  signal.removeEventListener('abort', giveUp);
  return { url, ended, stop };
}
