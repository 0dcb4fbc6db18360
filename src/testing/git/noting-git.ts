import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface NotingGit {
  /** To be `SPICERACK_GIT`, which is read once, at the first git process. */
  program: string;
  /** The arguments of each git process that starts while `work` runs, a line each. */
  startedBy(work: () => Promise<unknown>): Promise<string[]>;
}

/** Makes a git in `dir` that notes what it is started with and does it. */
export async function notingGit(dir: string): Promise<NotingGit> {
  const program = join(dir, 'git');
  const notes = join(dir, 'started');
  await writeFile(program, `#!/bin/sh\necho "$*" >>'${notes}'\nexec git "$@"\n`);
  await chmod(program, 0o755);
  return {
    program,
    async startedBy(work) {
      await writeFile(notes, '');
      await work();
      return (await readFile(notes, 'utf8')).split('\n').filter(Boolean);
    },
  };
}
