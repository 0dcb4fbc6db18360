import { spawn } from 'node:child_process';
import { jobOf } from '../context/job';
import { type Place, repoOf, type Session } from '../context/session';
import { EXIT } from '../out/exit';

/** Opens the dashboard at the repository or at a job; says the address, and only that without a terminal or a browser. */
export async function open(session: Session, flags: Place, given?: string) {
  const { out, streams, env } = session;
  const path =
    given === undefined
      ? `/repos/${(await repoOf(session, flags)).id}`
      : `/jobs/${(await jobOf(session, given)).job.id}`;
  const url = new URL(path, session.server().url).href;
  out.result({ url }, () => [url]);
  if (!out.isJson && streams.stdout.isTTY) await browse(url, env);
  return EXIT.ok;
}

async function browse(url: string, env: NodeJS.ProcessEnv): Promise<void> {
  const isMac = process.platform === 'darwin';
  if (!isMac && process.platform !== 'win32' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return;
  const [program, ...args] = isMac
    ? ['open', url]
    : process.platform === 'win32'
      ? ['explorer.exe', url]
      : ['xdg-open', url];
  const child = spawn(program ?? '', args, { detached: true, stdio: 'ignore' });
  await new Promise<void>((resolve) => {
    // The address is on the screen.
    child.on('error', () => resolve());
    child.on('spawn', () => resolve());
  });
  child.unref();
}
