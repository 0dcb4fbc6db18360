import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '@/config';
import { setInngestReady } from '@/jobs/executors/inngest-ready';
import { runtimeStatus } from '@/jobs/runtime-status';
import { checkAccess } from '@/server/access';
import { askForInngest } from '@/server/ask-for-inngest';
import { ensureBuilt } from '@/server/build';
import { type InngestChild, startInngestChild } from '@/server/inngest-child';
import { openPortsWarning, setInngestFound } from '@/server/inngest-found';
import { findInngest } from '@/server/inngest-program';
import { register } from '@/server/register';

/**
 * The one server process: the web server with everything in it, and an Inngest server as its child where that is
 * asked for by name. `npm start` runs it on the production build, `npm run dev` with `--dev`.
 */

/** Set by the app's `instrumentation.ts`: hands its leases back and ends its streams. */
const shared = globalThis as typeof globalThis & { __spicerackShutdown?: () => Promise<void> };

/** From the signal to the end, whatever hangs. */
const SHUTDOWN_MS = 1800;
const HAND_BACK_MS = 1200;
const REGISTER_AGAIN_MS = 60_000;

const dev = process.argv.includes('--dev');
const say = (line: string) => console.log(line);
const ending = new AbortController();

async function main(): Promise<void> {
  Object.assign(process.env, {
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_MANUAL_SIG_HANDLE: 'true',
  });
  if (dev) await askForInngest(process.env);
  const config = readConfig();
  // Who comes early waits: an EventSource gives up for good on any status but 200, and a page left open over a
  // restart must come back by itself.
  const early: Parameters<RequestListener>[] = [];
  const server = createServer((...exchange) => early.push(exchange));
  const port = await listen(server, config);
  const origin = `http://${reachable(config.host)}:${port}`;
  // What reads the settings after us, in the app, gets the port that was taken for 0.
  process.env.PORT = String(port);

  let inngest: InngestChild | undefined;
  endOnSignal(server, () => inngest);
  if (!dev) await ensureBuilt(say);
  inngest = await executor(config, `${origin}/api/inngest`);

  // Only now: Next and the Inngest client read the environment when they load.
  const { default: next } = await import('next');
  const dir = fileURLToPath(new URL('.', import.meta.url));
  const app = next({ dev, dir, hostname: config.host, port, httpServer: server });
  await app.prepare();
  const handle = app.getRequestHandler();
  const answer: RequestListener = (request, response) => {
    const access = checkAccess({ url: request.url ?? '/', headers: request.headers }, config);
    if (access.kind === 'allowed') void handle(request, response);
    else if (access.kind === 'refused') response.writeHead(access.status).end(`${access.message}\n`);
    else response.writeHead(303, { location: access.location, 'set-cookie': access.cookie }).end();
  };
  server.removeAllListeners('request');
  server.on('request', answer);
  for (const exchange of early) answer(...exchange);

  // In production Next runs `instrumentation.ts` at the first request, so the first request is ours.
  const health = await fetch(`${origin}/api/health`, { signal: ending.signal });
  if (health.status >= 500) throw new Error(`Spicerack cannot start: ${await health.text()}`);
  const { executor: runs, engine } = runtimeStatus();
  say(`Spicerack is ready on ${origin} (executor: ${runs.name}; engine: ${engine.name ?? 'missing'})`);
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} on ${host} is in use: set PORT to another one, or to 0 for any free one.`,
        EACCES: `Port ${port} needs rights that this user does not have: set PORT to one above 1023.`,
        EADDRNOTAVAIL: `HOST=${host} is no address of this machine.`,
      };
      reject(new Error(reasons[error.code ?? ''] ?? error.message));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(address && typeof address === 'object' ? address.port : port);
    });
  });
}

/** The host part of an address under which this machine reaches what listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Sees to the Inngest server: none, a configured one, or a child of ours where Inngest was asked for by name. */
async function executor(config: Config, appUrl: string): Promise<InngestChild | undefined> {
  if (config.executor === 'inline') return undefined;
  if (config.inngest) {
    if (config.inngest.baseUrl) void keepRegistered(appUrl);
    return undefined;
  }
  // What cannot be bound to loopback is not started unasked.
  if (config.executor === 'auto') return undefined;
  const found = await findInngest();
  if ('missing' in found) {
    throw new Error(
      `SPICERACK_EXECUTOR=inngest, but no Inngest server is configured and its program was not found (${found.tried.join('; ')}). Run \`npm run setup\`, or set INNGEST_BASE_URL.`,
    );
  }
  setInngestReady(false);
  let previous = new AbortController();
  const child = await startInngestChild({
    program: found.program,
    command: dev ? 'dev' : 'start',
    appUrl,
    dataDir: config.dataDir,
    log: say,
    onUp: () => {
      previous.abort();
      previous = new AbortController();
      const { signal } = previous;
      void register(appUrl, AbortSignal.any([signal, ending.signal]), say).then(() => {
        if (!signal.aborted) setInngestReady(true);
      });
    },
    onDown: () => {
      previous.abort();
      setInngestReady(false);
    },
  });
  Object.assign(process.env, child.env);
  setInngestFound({ ...found, openPorts: child.openPorts });
  say(`Inngest: ${found.version} (${found.how}) on ${child.env.INNGEST_BASE_URL}`);
  say(`Inngest: ${openPortsWarning(child.openPorts)}`);
  return child;
}

/** An Inngest server that is not our child may lose what it knows at any time, and does not say so. */
async function keepRegistered(appUrl: string): Promise<void> {
  while (!ending.signal.aborted) {
    await register(appUrl, ending.signal, say);
    await sleep(REGISTER_AGAIN_MS, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  }
}

function endOnSignal(server: Server, inngest: () => InngestChild | undefined): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The second one means now.
      if (ending.signal.aborted) process.exit(1);
      ending.abort();
      setTimeout(() => process.exit(0), SHUTDOWN_MS);
      server.close();
      const handedBack = Promise.race([shared.__spicerackShutdown?.(), sleep(HAND_BACK_MS)]);
      void Promise.allSettled([handedBack, inngest()?.stop()]).then(() => {
        server.closeAllConnections();
        process.exit(0);
      });
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
