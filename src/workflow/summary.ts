import type { JobRow } from '@/db/schema';
import { lostCommits } from '@/model/plan';
import type { JobResult } from '@/model/result';
import { shown } from '@/text/foreign';
import { counted, named, sentence } from '@/text/words';

/** What became of a pushed move: its branch is there, has moved on since, or is gone. */
export interface MoveOutcome {
  branch: string;
  parent: string | null;
  refMoved: boolean;
  /** Whether a person had said where its own commits begin. */
  baseNamed: boolean;
  now: 'there' | 'moved_on' | 'gone';
}

/** How a job ended, in one line made from what it did. Branch names stand as they are, never at the start. */
export function summary(
  job: Pick<JobRow, 'kind' | 'branch' | 'parent'> & Partial<Pick<JobRow, 'atCommit'>>,
  result: JobResult,
  moves: MoveOutcome[],
  trunk: string,
): string {
  const parts: string[] = [];
  const say = (words: string, names: string[]) => {
    if (names.length > 0) parts.push(`${words} ${named(names)}`);
  };
  const moved = moves.filter((move) => move.refMoved);
  if (job.kind === 'create_branch' && job.branch) {
    parts.push(`made ${job.branch} ${job.atCommit ? `at ${job.atCommit.slice(0, 8)}` : `on ${job.parent ?? trunk}`}`);
  } else if (moved.length > 0) parts.push(`moved ${counted(moved.length, 'branch', 'branches')}`);
  // What a registration tracks is told as registered.
  const retracked = moves.filter((move) => !move.refMoved && job.kind !== 'register_existing_branch');
  say(
    'tracked',
    retracked.map((m) => (m.parent ? `${m.branch} on ${m.parent} now` : `${m.branch} no longer`)),
  );
  say(
    'registered',
    result.registered.map((r) => `${r.branch} on ${r.parent}`),
  );
  say(
    'found merged:',
    result.merged.map((m) => m.branch),
  );
  say('found gone from the remote:', result.gone);
  say(
    'held back',
    result.heldBack.map((h) => h.branch),
  );
  if (result.dropped.length > 0) parts.push(`dropped ${counted(result.dropped.length, 'commit')}, already below`);
  const lost = lostCommits(result.left ?? []);
  if (lost.length > 0) {
    const names = lost.map(({ commit, subject, branch }) => `${commit.slice(0, 8)} (${subject}) of ${branch}`);
    const them = `${counted(lost.length, 'commit')} that no branch has any more`;
    // Who gives a branch another parent, or says where its own commits begin, leaves behind what was below.
    const what =
      job.kind === 'reparent_branch' || moves.some((move) => move.baseNamed)
        ? `left behind ${them}`
        : `took away ${them}, as the author of the branch below did`;
    parts.push(`${what}: ${named(names)}`);
  }
  const signatures = commitsOf(result, 'signature_lost');
  if (signatures > 0) parts.push(`lost ${counted(signatures, 'signature')}, since a replayed commit cannot keep one`);
  const flattened = commitsOf(result, 'merge_flattened');
  if (flattened > 0) parts.push(`flattened ${counted(flattened, 'merge commit')}`);
  const since = (now: MoveOutcome['now']) => moves.filter((move) => move.now === now).map((move) => move.branch);
  say('pushed to by others since:', since('moved_on'));
  say('deleted by others since:', since('gone'));

  const nothing = job.kind === 'sync_repo' ? 'Synced.' : 'Nothing to do: no branch has to move.';
  const text = parts.join('; ');
  const engine = result.warnings
    .filter((w) => w.kind === 'engine')
    .map((w) => sentence(`The engine says: ${w.message}`));
  return shown([text ? `${text[0]?.toUpperCase()}${text.slice(1)}.` : nothing, ...result.notes, ...engine].join(' '));
}

function commitsOf(result: JobResult, kind: JobResult['warnings'][number]['kind']): number {
  return new Set(result.warnings.filter((w) => w.kind === kind).flatMap((w) => w.commits)).size;
}
