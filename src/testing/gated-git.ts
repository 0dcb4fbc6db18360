import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A stand-in for the git program that runs the real one, but can be made to stop before a verb: so a test can
 * do something at just that moment, such as kill the server.
 */
export interface GatedGit {
  /** For `SPICERACK_GIT`. */
  readonly program: string;
  /**
   * From now on every `git <verb>`, or those in the clone of a repo, waits before it does anything. A fetch begins by
   * asking the remote what it has, so `fetch` holds `git ls-remote`, too.
   */
  hold(verb: string, repoId?: string): Promise<void>;
  /** Whether a held `git <verb>` has been started; its process id then. */
  held(verb: string, repoId?: string): Promise<number | null>;
  /** Resolves when a held `git <verb>` has been started, to its process id. */
  reached(verb: string, repoId?: string): Promise<number>;
  /** Lets the held ones go on, and later ones through. */
  release(verb: string, repoId?: string): Promise<void>;
}

export async function gatedGit(dir: string): Promise<GatedGit> {
  await mkdir(dir, { recursive: true });
  const program = join(dir, 'git');
  // A held process ends by itself once nobody is left to release it: no test leaves one behind for ever.
  await writeFile(
    program,
    `#!/bin/sh
verb= skip=
for word in "$@"; do
  if [ "$skip" ]; then skip=; continue; fi
  case $word in -c) skip=1 ;; *) verb=$word; break ;; esac
done
begins=$verb
[ "$verb" = ls-remote ] && begins=fetch
for name in "$verb" "$verb@\${GIT_DIR##*/}" "$begins" "$begins@\${GIT_DIR##*/}"; do
  gate="${dir}/hold-$name"
  if [ -e "$gate" ]; then
    echo $$ >"${dir}/reached-$$" && mv "${dir}/reached-$$" "${dir}/reached-$name"
    i=0
    while [ -e "$gate" ] && [ $i -lt 3000 ]; do sleep 0.02; i=$((i+1)); done
  fi
done
exec git "$@"
`,
  );
  await chmod(program, 0o755);
  const path = (what: 'hold' | 'reached', verb: string, repoId: string | undefined) =>
    join(dir, `${what}-${verb}${repoId ? `@${repoId}.git` : ''}`);
  const held = async (verb: string, repoId?: string) => {
    const reached = path('reached', verb, repoId);
    return existsSync(reached) ? Number(await readFile(reached, 'utf8')) : null;
  };
  return {
    program,
    held,
    async hold(verb, repoId) {
      await rm(path('reached', verb, repoId), { force: true });
      await writeFile(path('hold', verb, repoId), '');
    },
    async reached(verb, repoId) {
      for (;;) {
        const pid = await held(verb, repoId);
        if (pid !== null) return pid;
        await sleep(5);
      }
    },
    async release(verb, repoId) {
      await rm(path('hold', verb, repoId), { force: true });
    },
  };
}
