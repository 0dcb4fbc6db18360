import { ensureBuilt } from '@/server/build/ensure-built';

/** `npm run build`: the production build, where there is none of these sources. */

// What builds ends with this process, which it would not where the process is just gone.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

try {
  await ensureBuilt(process.cwd(), console.error);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
