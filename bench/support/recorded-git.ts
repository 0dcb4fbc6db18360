import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellWord } from '@/text/shell';

export interface RecordedGit {
  /** git itself; to be `SPICERACK_GIT`, which is read once, at the first git process. */
  program: string;
  /**
   * The git commands that `work` starts, in their order, each with what it was told, as one script of a shell, which
   * goes by `GIT_DIR`. What is asked of objects that were there for that time alone ends at once.
   */
  scriptOf(work: () => Promise<unknown>): Promise<string>;
}

/** @param dir where the program is, and what it was told; it has to stay as long as the scripts are used */
export function recordedGit(dir: string): RecordedGit {
  const git = spawnSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).stdout.trim();
  const program = join(dir, 'git');
  symlinkSync(git, program);
  let scripts = 0;
  return {
    program,
    async scriptOf(work) {
      const folder = join(dir, `script-${++scripts}`);
      mkdirSync(folder);
      rmSync(program);
      // Named by time: of what starts at the same time, either is the first.
      writeFileSync(
        program,
        `#!/bin/sh
at=${shellWord(folder)}/$(date +%s%N)-$$
printf '%s\\0' "$@" >"$at.args"
tee "$at.input" | ${shellWord(git)} "$@"
`,
        { mode: 0o755 },
      );
      await work();
      rmSync(program);
      symlinkSync(git, program);
      const asked = readdirSync(folder).flatMap((file) => file.match(/^(.*)\.args$/)?.[1] ?? []);
      const commands = asked.sort().map((name) => {
        const args = readFileSync(join(folder, `${name}.args`), 'utf8')
          .split('\0')
          .slice(0, -1);
        return `git ${args.map(shellWord).join(' ')} <${shellWord(join(folder, `${name}.input`))} >/dev/null 2>&1`;
      });
      return [...commands, 'true'].join('\n');
    },
  };
}
