import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A stand-in for the git program that runs the real one, but can be made to stop before a verb: so a test can
 * do something at just that moment, such as kill the server.
 */
export interface GatedGit {
  /** For `SPICERACK_GIT`. */
  readonly program: string;
  /** From now on every `git <verb>` waits before it does anything. */
  hold(verb: string): Promise<void>;
  /** Resolves when a held `git <verb>` has been started. */
  reached(verb: string): Promise<void>;
  /** Lets the held ones go on, and later ones through. */
  release(verb: string): Promise<void>;
}

export async function gatedGit(dir: string): Promise<GatedGit> {
  await mkdir(dir, { recursive: true });
  const program = join(dir, 'git');
  // A held process ends by itself once nobody is left to release it: no test leaves one behind for ever.
  await writeFile(
    program,
    `#!/bin/sh
gate="${dir}/hold-$1"
if [ -e "$gate" ]; then
  touch "${dir}/reached-$1"
  i=0
  while [ -e "$gate" ] && [ $i -lt 3000 ]; do sleep 0.02; i=$((i+1)); done
fi
exec git "$@"
`,
  );
  await chmod(program, 0o755);
  return {
    program,
    async hold(verb) {
      await rm(join(dir, `reached-${verb}`), { force: true });
      await writeFile(join(dir, `hold-${verb}`), '');
    },
    async reached(verb) {
      while (!existsSync(join(dir, `reached-${verb}`))) await sleep(5);
    },
    async release(verb) {
      await rm(join(dir, `hold-${verb}`), { force: true });
    },
  };
}
