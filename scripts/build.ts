import { ensureBuilt } from '@/server/build/ensure-built';

/** `npm run build`: the production build, where there is none of these sources. */
try {
  await ensureBuilt(process.cwd(), console.error);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
