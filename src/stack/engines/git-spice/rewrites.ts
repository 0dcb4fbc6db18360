import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DisposableClone } from '@/git/disposable-clone';
import { git, gitText } from '@/git/run';

/**
 * Which commit became which, told by git itself: before a branch is replayed each of its commits gets a note that
 * holds its own id, and `git rebase` copies notes to what it makes of them (`notes.rewrite.rebase`, git-config(1)).
 * A commit that it drops counts as rewritten to the one before it, which has its note by then: hence `ignore`.
 */
const NOTES = 'refs/notes/spicerack';

const SETTINGS = `[notes]
	rewriteRef = ${NOTES}
	rewriteMode = ignore
[notes "rewrite"]
	rebase = true
`;

export interface Rewrites {
  /** Notes the commits of a branch that is replayed next. */
  note(commits: string[]): Promise<void>;
  /** New commit → the commit that it was made from, for all that was replayed so far. */
  read(): Promise<Map<string, string>>;
}

/** Starts to record what is rewritten in the copy. */
export async function recordRewrites(copy: DisposableClone, signal: AbortSignal): Promise<Rewrites> {
  const options = { ...copy.options, signal };
  const noted = new Set<string>();
  await appendFile(join(copy.gitDir, 'config'), SETTINGS);
  return {
    async note(commits) {
      if (commits.length === 0) return;
      const lines = [
        `commit ${NOTES}`,
        'committer Spicerack <spicerack@localhost> 0 +0000',
        'data 0',
        ...(noted.size > 0 ? [`from ${NOTES}^0`] : []),
        ...commits.flatMap((id) => [`N inline ${id}`, `data ${id.length}`, id]),
      ];
      await git(['fast-import', '--quiet'], { ...options, input: `${lines.join('\n')}\n` });
      for (const id of commits) noted.add(id);
    },
    async read() {
      if (noted.size === 0) return new Map();
      // `<note> <commit it is on>`; equal notes are equal blobs.
      const text = await gitText(['notes', `--ref=${NOTES}`, 'list'], options);
      const pairs = text.split('\n').map((line) => line.split(' '));
      const origin = new Map(pairs.flatMap(([note, on]) => (note && on && noted.has(on) ? [[note, on]] : [])));
      return new Map(
        pairs.flatMap(([note, on]) => {
          const from = note && origin.get(note);
          return on && from && from !== on ? [[on, from]] : [];
        }),
      );
    },
  };
}
