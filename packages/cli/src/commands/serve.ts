import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Session } from '../context/session';
import { EXIT, type Exit, usage } from '../out/exit';

/** What comes with the server's own package, beside the command line. */
export const serve = (session: Session) => program(session, 'server', []);
export const backup = (session: Session, _flags: object, file: string) => program(session, 'backup', [file]);

/** Runs a program of the server, with this one's settings and signals, until it ends. */
async function program(session: Session, name: 'server' | 'backup', args: string[]): Promise<Exit> {
  const path = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  if (!existsSync(path)) {
    throw usage(
      'The server is not here: this is the command line alone.',
      'Install the package of the server, whose command line can do this; or call `npm start` or `npm run backup` in its sources.',
    );
  }
  const child = spawn(process.execPath, [path, ...args], { cwd: session.cwd, env: session.env, stdio: 'inherit' });
  const end = () => child.kill();
  session.signal.addEventListener('abort', end, { once: true });
  const [code] = await once(child, 'exit');
  return code === 0 ? EXIT.ok : session.signal.aborted ? EXIT.interrupted : EXIT.failed;
}
