import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { note } from '@/access/audit';
import { tokensIn } from '@/access/tokens';
import { type Config, readConfig } from '@/config';
import { db, openDatabase } from '@/db/client';
import { setProblem } from '@/db/problems';
import { databaseTrouble } from '@/db/trouble';
import { environment } from '@/environment';
import { announce, log, logTrouble, nameNode, takeOverConsole } from '@/log';
import { machine } from '@/machine';
import { setInngestReady } from '@/runtime/executors/inngest-ready';
import { runtimeStatus } from '@/runtime/status';
import { answerApi } from '@/server/answer-api';
import { askForInngest } from '@/server/ask-for-inngest';
import { buildOfProgram, ensureBuilt, nowUsed } from '@/server/build/ensure-built';
import { lockDataDir } from '@/server/data-lock';
import { createDoor } from '@/server/door/door';
import { createFront } from '@/server/door/front';
import { gitHubProvider } from '@/server/door/github';
import { oidcProvider } from '@/server/door/oidc';
import { sessionsIn } from '@/server/door/sessions';
import { executorTrouble } from '@/server/executor-trouble';
import { answerHealth } from '@/server/health';
import { type InngestChild, startInngestChild } from '@/server/inngest-child';
import { openPortsWarning, setInngestFound } from '@/server/inngest-found';
import { findInngest } from '@/server/inngest-program';
import { ownOrigin } from '@/server/origin';
import { type Registration, register } from '@/server/register';
import { redact } from '@/text/redact';
import { UMASK } from '@/upkeep/modes';

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

const RUNS_AS_ROOT =
  'Warning: Spicerack runs as root, and so does every git that it starts. Run it as a user of its own.';

const own = buildOfProgram(fileURLToPath(import.meta.url));
/** Where the sources are, or a packed version. */
const root = own?.root ?? fileURLToPath(new URL('.', import.meta.url));
const dev = process.argv.includes('--dev');
const say = announce;
const ending = new AbortController();
/** Whether the settings could be read. */
let isRead = false;

async function main(): Promise<void> {
  Object.assign(process.env, {
    NODE_ENV: dev ? 'development' : 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_MANUAL_SIG_HANDLE: 'true',
    SPICERACK_PROGRAM_DIR: root,
  });
  if (dev) await askForInngest(process.env);
  const config = readConfig();
  isRead = true;
  takeOverConsole();
  if (process.getuid?.() === 0) say(RUNS_AS_ROOT);
  // Inngest's client reads it too, with an opinion of its own about what counts as set.
  if (!config.inngest?.dev) process.env.INNGEST_DEV = '0';
  const door = createDoor({
    config,
    sessions: sessionsIn(db, config.token ?? ''),
    tokens: tokensIn(db),
    provider: config.gitHubSignIn ? gitHubProvider(config.gitHubSignIn) : config.oidc && oidcProvider(config.oidc),
    note: async (entry) => note(await db(), entry),
    takesUpgrades: dev,
  });
  const { proxyUser, allowedOrigins } = config;
  const vouching = proxyUser ? [proxyUser.header] : [];
  const server = createFront(door.answer, { dev, allowedOrigins, vouching });
  door.attach(server);
  const port = await listen(server, config);
  const origin = ownOrigin({ host: config.host, port });
  // What reads the settings after us, in the app, gets the port that was taken for 0.
  process.env.PORT = String(port);

  let inngest: InngestChild | undefined;
  endOnSignal(server, () => inngest);
  await lockDataDir(config.dataDir);
  nameNode(machine());
  if (!dev) await takeBuild(own?.dir ?? (await ensureBuilt(root, say, config.build)));
  // Not before: a build may be for another user. All that is written from here on is ours alone, git's files too.
  process.umask(UMASK);
  await checkDatabase(config);
  inngest = await executor(config, `${origin}/api/inngest`);

  // Only now: Next and the Inngest client read the environment when they load.
  const { default: next } = await import('next');
  const app = next({ dev, dir: root, hostname: config.host, port, httpServer: door.upgrades });
  await app.prepare();
  const signingKey = inngest ? inngest.env.INNGEST_SIGNING_KEY : config.inngest?.signingKey;
  const handle = app.getRequestHandler();
  door.open({
    handle: async (request, response) => {
      if (answerHealth(request, response)) return;
      // In development Next's route answers it, which is compiled anew with each change.
      if (dev || !(await answerApi(request, response))) await handle(request, response);
    },
    inngestSigns: Boolean(signingKey),
  });

  // In production Next runs `instrumentation.ts` at the first request, so the first request is ours.
  const first = await fetch(`${origin}/api/ready`, { signal: ending.signal }).catch((error: unknown) => {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    if (why !== 'bad port') throw new Error(`Spicerack cannot start: it does not answer on ${origin} (${why}).`);
    throw new Error(`Port ${port} is one that no browser opens: set PORT to another one.`);
  });
  // 503 says that something is wanting, which may come.
  if (first.status === 500) throw new Error(`Spicerack cannot start: ${await first.text()}`);
  const { executor: runs, engine } = runtimeStatus();
  say(`Spicerack is ready on ${origin} (executor: ${runs.name}; engine: ${engine.name ?? 'missing'})`);
}

/** Has Next go by the settings that the build was made with, as it does where a build is copied out: it asks for no tools. */
async function takeBuild(dir: string): Promise<void> {
  await nowUsed(root, dir);
  const made: { config: unknown } = JSON.parse(await readFile(join(root, dir, 'required-server-files.json'), 'utf8'));
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(made.config);
}

/** Whether there is a database that this version may work on, brought up to date; the app opens it for itself. */
async function checkDatabase({ databaseUrl, databaseAuthToken }: Config): Promise<void> {
  // What is wrong is no problem of a server that runs, but why this one does not start.
  const database = await openDatabase(databaseUrl, databaseAuthToken, () => undefined).catch((error: unknown) => {
    const trouble = databaseTrouble(error);
    if (trouble) throw new Error(`Spicerack cannot start: ${trouble.what} ${trouble.remedy}`);
    // The folder of a file.
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Error(
      `Spicerack cannot start: SPICERACK_DATABASE_URL: ${error.message}. Name a file in a folder of the user that runs Spicerack.`,
    );
  });
  database.$client.close();
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

/** Sees to the Inngest server: none, a configured one, or a child of ours where Inngest was asked for by name. */
async function executor(config: Config, appUrl: string): Promise<InngestChild | undefined> {
  if (config.executor === 'inline') return undefined;
  if (config.inngest) {
    const { baseUrl, serveOrigin, signingKey } = config.inngest;
    const onTrouble = async (detail: string | null) =>
      setProblem('registration', detail === null ? null : await executorTrouble(config, detail));
    if (baseUrl || serveOrigin) void keepRegistered({ appUrl, signingKey, onTrouble });
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
    // Inngest's development server signs nothing, so it cannot be where a token is asked for.
    command: dev && !config.token ? 'dev' : 'start',
    appUrl,
    dataDir: config.dataDir,
    log: say,
    onUp: () => {
      previous.abort();
      previous = new AbortController();
      const { signal } = previous;
      const signingKey = child.env.INNGEST_SIGNING_KEY ?? null;
      void register({ appUrl, signingKey }, AbortSignal.any([signal, ending.signal]), say).then(() => {
        if (!signal.aborted) setInngestReady(true);
      });
    },
    onDown: () => {
      previous.abort();
      setInngestReady(false);
    },
  });
  Object.assign(process.env, child.env);
  environment(); // its keys leave process.env at once
  setInngestFound({ ...found, openPorts: child.openPorts });
  say(`Inngest: ${found.version} (${found.how}) on ${child.env.INNGEST_BASE_URL}`);
  say(`Inngest: ${openPortsWarning(child.openPorts)}`);
  return child;
}

/** An Inngest server that is not our child may lose what it knows at any time, and does not say so. */
async function keepRegistered(registration: Registration): Promise<void> {
  while (!ending.signal.aborted) {
    await register(registration, ending.signal, say);
    await sleep(REGISTER_AGAIN_MS, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  }
}

function endOnSignal(server: Server, inngest: () => InngestChild | undefined): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The second one means now.
      if (ending.signal.aborted) process.exit(1);
      ending.abort();
      log(
        'info',
        'ends',
        `Spicerack ends: it was told to (${signal}). Its jobs go on at the next start, or on another server.`,
      );
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

// Whoever read the log may have gone. To tell of that fails in the same way, and would be told of in turn, without end.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
// A promise that nobody waits for is no reason to go away from everybody else; a throw is, since nothing is sure then.
process.on('uncaughtExceptionMonitor', (error) => logTrouble('ends', 'Spicerack ends', error, { withStack: true }));
process.on('unhandledRejection', (error) => logTrouble('unexpected', 'Unexpected', error, { withStack: true }));

main().catch((error: unknown) => {
  const words = error instanceof Error ? error.message : String(error);
  // For who starts it. The settings' own words name no secret but the fresh one that is to be copied; all others may.
  process.stderr.write(`${isRead ? redact(words) : words}\n`);
  process.exit(1);
});
