import { objectsAt } from '@/git/objects/cat-file';
import type { Commit } from '@/git/objects/commit';
import { type GitOptions, git } from '@/git/process/run';
import { type Answer, isTakenBackInPart, placesOf, whereLanded } from '@/stack/landing-evidence';
import type { CommitSource, PathSource } from './selection';

/** For git processes that read the quarantine. */
type Quarantined = Required<Pick<GitOptions, 'gitDir' | 'env'>> & Pick<GitOptions, 'signal'>;

/** How many commits below are looked at, newest first. */
const TRIED = 40;

/**
 * Whether the change of a commit that conflicts at `tip` stands below and has not been taken back, by the rule
 * of `stack/landing-evidence.ts`: at the newest commit of the line where replaying it is no conflict, it changes nothing; before,
 * it did; and no file that it changes is as it was before it, or before the commit that brought it.
 * @param replay replays the commit onto a tree of another commit
 */
export async function stands(
  id: string,
  tip: string,
  { commit, paths, options }: { commit: CommitSource; paths: PathSource; options: Quarantined },
  replay: (onto: Commit) => Promise<Answer>,
): Promise<boolean> {
  const touched = (await paths(id)).split('\0').filter((_, i) => i % 2 === 1);
  const [parent] = (await commit(id)).parents;
  if (touched.length === 0 || !parent || touched.some((path) => path.includes('\n'))) return false;
  const line = await lineBelow(tip, id, touched, options);
  const answers: Answer[] = [];
  let landed = null;
  for (const below of line) {
    answers.push(await replay(await commit(below)));
    landed = whereLanded(answers);
    if (landed?.wasOpen || (answers.at(-1) === 'change' && !landed)) break;
  }
  if (!landed) return false;
  if (!landed.wasOpen) {
    const [before] = (await commit(line.at(-1) ?? '')).parents;
    if (line.length === TRIED || !before || (await replay(await commit(before))) === 'nothing') return false;
  }
  const brought = line[landed.oldest] ?? tip;
  const [beforeThat = brought] = (await commit(brought)).parents;
  const places = placesOf({ paths: touched, commits: [parent, tip, brought, beforeThat] });
  return !isTakenBackInPart(await objectsAt(places, options));
}

/** The commits that one reaches from `tip` by first parents, that `without` has not, and that touch one of the paths; newest first. */
async function lineBelow(tip: string, without: string, paths: string[], options: Quarantined): Promise<string[]> {
  const input = Buffer.from([tip, `^${without}`, '--', ...paths, ''].join('\n'), 'latin1');
  const args = ['--literal-pathspecs', 'rev-list', '--first-parent', `--max-count=${TRIED}`, '--stdin'];
  const { stdout } = await git(args, { ...options, input });
  return stdout.toString('latin1').split('\n').filter(Boolean);
}
