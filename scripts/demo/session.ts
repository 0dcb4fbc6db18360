import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Remote } from '@/demo/remote';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** What a person types, in a clone with a branch of the demo at HEAD, and the code that it ends with. */
const COMMANDS: Array<{ args: string[]; exit: number }> = [
  { args: ['stack'], exit: 0 },
  { args: ['undo', '--yes'], exit: 0 },
  { args: ['forecast', 'restack', '--all'], exit: 3 },
  { args: ['restack', '--all', '--yes'], exit: 3 },
  { args: ['jobs', '--limit', '3'], exit: 0 },
];

/** The built command line, and where it was used. */
export interface Session {
  program: string;
  clone: string;
  /** What was not as expected. */
  wrong: string[];
}

/** One session of the command line on what the demo has made: undoes its last job and does it again. */
export async function showSession(
  { url, remote, work, branch }: { url: string; remote: Remote; work: string; branch: string },
  print: (line: string) => void,
): Promise<Session> {
  const program = join(work, 'spicerack.mjs');
  const clone = join(work, 'clone');
  await run(process.execPath, ['packages/cli/build.mjs', program], { cwd: root });
  await run('git', ['clone', '--quiet', '--branch', branch, remote.dir, clone]);
  const wrong: string[] = [];
  for (const { args, exit } of COMMANDS) {
    print(`\n$ spicerack ${args.join(' ')}`);
    const { SPICERACK_TOKEN: _, ...env } = process.env;
    const child = spawn(process.execPath, [program, ...args], {
      cwd: clone,
      env: { ...env, SPICERACK_URL: url, NO_COLOR: '1', XDG_CONFIG_HOME: work },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        const lines = (said + text).split('\n');
        said = lines.pop() ?? '';
        for (const line of lines) print(`  ${line}`);
      });
    }
    const [code] = await once(child, 'close');
    if (code !== 0) print(`  (exit code ${code})`);
    if (code !== exit) wrong.push(`spicerack ${args.join(' ')} ended with ${code}, not with ${exit}`);
  }
  return { program, clone, wrong };
}
