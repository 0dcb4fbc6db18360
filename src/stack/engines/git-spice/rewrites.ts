import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DisposableClone } from '@/git/clone/disposable-clone';
import { type GitOptions, git, gitText } from '@/git/process/run';

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

/** Makes rebases in the copy carry notes over. */
export function carryNotes(copy: DisposableClone): Promise<void> {
  return appendFile(join(copy.gitDir, 'config'), SETTINGS);
}

/** Notes the commits of the branch that is replayed next; older notes are gone. */
export async function noteCommits(commits: string[], options: GitOptions): Promise<void> {
  const lines = [
    `commit ${NOTES}`,
    'committer Spicerack <spicerack@localhost> 0 +0000',
    'data 0',
    ...commits.flatMap((id) => [`N inline ${id}`, `data ${id.length}`, id]),
  ];
  await git(['fast-import', '--quiet', '--force'], { ...options, input: `${lines.join('\n')}\n` });
}

/** New commit → the noted commit that it was made from. */
export async function readRewrites(noted: string[], options: GitOptions): Promise<Map<string, string>> {
  // `<note> <commit it is on>`; equal notes are equal blobs.
  const text = await gitText(['notes', `--ref=${NOTES}`, 'list'], options);
  const pairs = text.split('\n').map((line) => line.split(' '));
  const old = new Set(noted);
  const origin = new Map(pairs.flatMap(([note, on]) => (note && on && old.has(on) ? [[note, on]] : [])));
  return new Map(
    pairs.flatMap(([note, on]) => {
      const from = note && origin.get(note);
      return on && from && from !== on ? [[on, from]] : [];
    }),
  );
}
