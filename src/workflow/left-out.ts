import type { Statement } from '@/db/client';
import type { Fetched } from '@/git/remote/fetch';
import type { LeftOut, LeftOutRef } from '@/model/left-out';
import type { Projection } from '@/projection/refresh';
import { type Failure, failure } from '@/queue/failure';
import type { Lease } from '@/queue/lease';
import { logLine } from '@/queue/record';
import { leftOutWords, shallowWords } from '@/repos/left-out';
import type { Action } from '@/stack/targets';
import { oneLine } from '@/text/foreign';
import { counted } from '@/text/words';

/** How many refs are named; of more, their number is said. */
const MOST_NAMED = 50;

/** What of the remote's branches the rows do not show; null where they show all. */
export function leftOutOf(
  trunk: string,
  { branches, leftOut, shallow }: Fetched,
  projection: Pick<Projection, 'rows' | 'trunkTip'>,
): LeftOut | null {
  const shown = new Map(projection.rows.map(({ name, tip }) => [name, tip]));
  shown.set(trunk, projection.trunkTip);
  // They were fetched, and git finds no commit in them.
  const noCommits = [...branches].flatMap(([name, tip]): LeftOutRef[] =>
    shown.get(name) === tip ? [] : [{ name: oneLine(name, 200), reason: 'no_commit' }],
  );
  const all = [...leftOut, ...noCommits].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (all.length === 0 && !shallow) return null;
  const refs = all.slice(0, MOST_NAMED);
  return { refs, more: all.length - refs.length, shallow };
}

/** The lines that tell of it in the job's log. */
export function leftOutLines(lease: Lease, leftOut: LeftOut | null): Statement[] {
  if (!leftOut) return [];
  const { refs, more, shallow } = leftOut;
  return [
    ...refs.map((ref) => leftOutWords(ref)),
    ...(more > 0 ? [`${counted(more, 'more branch', 'more branches')} cannot be shown.`] : []),
    ...(shallow ? [shallowWords] : []),
  ].map((line) => logLine(lease, line, 'warn'));
}

/** A failure of an action, where what it names is on the remote after all, as a ref that stands in no row. */
export function failureOfLeftOut(
  failed: Failure,
  { branch, branches, parent }: Pick<Action, 'branch' | 'branches' | 'parent'>,
  leftOut: LeftOut | null,
): Failure {
  const named = new Set([branch, parent, ...(branches ?? [])]);
  const ref = leftOut?.refs.find(({ name }) => named.has(name));
  if (failed.code !== 'BRANCH_NOT_FOUND' || !ref) return failed;
  return failure(failed.code, leftOutWords(ref), ref.of ? `Name ${ref.of} instead.` : 'Choose another branch.');
}

/** Why a job ends whose trunk cannot be read. */
export function trunkLeftOut(ref: LeftOutRef): Failure {
  return failure(
    'BRANCH_NOT_FOUND',
    `The trunk cannot be read. ${leftOutWords(ref)}`,
    "Mend that on the remote, or set the repo's trunk to another branch (repos.update), then sync.",
  );
}
