import { GitError } from './error';
import { openQuarantine, type Quarantine } from './objects';
import { git } from './run';

/** Two commits to merge, by id. */
export interface MergePair {
  ours: string;
  theirs: string;
}

/** Outcome of a merge: the merged tree, or the paths in conflict (each once; empty where git could not even say). */
export type MergeOutcome = { clean: true; tree: string } | { clean: false; files: string[] };

/** Options of every batched merge. Renormalizing in a bare repository makes git 2.39 abort. */
const BATCH = [
  '-c',
  'merge.renormalize=false',
  'merge-tree',
  '--write-tree',
  '--stdin',
  '--name-only',
  '--no-messages',
  '--allow-unrelated-histories',
];

/**
 * Merges pairs of commits in one process and answers in their order. Nothing is written to the repository; the
 * trees are compared by their ids only and are gone afterwards. `.gitattributes` of the trees do not apply.
 * @throws GitError when a commit does not exist.
 */
export async function mergeTrees(gitDir: string, pairs: MergePair[], signal?: AbortSignal): Promise<MergeOutcome[]> {
  if (pairs.length === 0) return [];
  const quarantine = await openQuarantine(gitDir, pairs[0]?.ours.length);
  try {
    return await mergeBatch(quarantine, pairs, signal);
  } finally {
    await quarantine.discard();
  }
}

async function mergeBatch(quarantine: Quarantine, pairs: MergePair[], signal?: AbortSignal): Promise<MergeOutcome[]> {
  const { code, stdout, stderr } = await git(BATCH, {
    gitDir: quarantine.gitDir,
    env: quarantine.env,
    input: pairs.map((pair) => `${pair.ours} ${pair.theirs}\n`).join(''),
    okCodes: [0, 1, 128],
    signal,
  });
  const outcomes = parseOutcomes(stdout);
  if (outcomes.length === pairs.length) return outcomes;
  // An assertion of merge-ort ends git 2.39 on rare input (6 of 30,000 random merges; `git rebase` dies of it too).
  // Output is buffered, so the pair that did it may be any of those without an answer.
  if (!isCrash(stderr)) {
    throw new GitError('failed', `git merge-tree failed (exit ${code}): ${stderr.trim()}`, BATCH, stderr);
  }
  const rest = pairs.slice(outcomes.length);
  if (rest.length === 1) return [...outcomes, { clean: false, files: [] }];
  const half = Math.ceil(rest.length / 2);
  return [
    ...outcomes,
    ...(await mergeBatch(quarantine, rest.slice(0, half), signal)),
    ...(await mergeBatch(quarantine, rest.slice(half), signal)),
  ];
}

/** Whether git ended by a failed assertion: the C libraries' words are all of this form. */
function isCrash(stderr: string): boolean {
  return /Assertion.*failed|BUG: /i.test(stderr);
}

/** Reads `("1" | "0") NUL tree NUL (path NUL)* NUL`, as often as it is there in full; 1 is clean. */
function parseOutcomes(output: Buffer): MergeOutcome[] {
  const fields = output.toString('utf8').split('\0');
  const outcomes: MergeOutcome[] = [];
  for (let at = 0; at < fields.length; ) {
    const [status, tree] = fields.slice(at, at + 2);
    const end = fields.indexOf('', at + 2);
    // The last field is what follows the last NUL: an empty one there ends nothing.
    if (!tree || end < 0 || end === fields.length - 1) break;
    outcomes.push(status === '1' ? { clean: true, tree } : { clean: false, files: fields.slice(at + 2, end) });
    at = end + 1;
  }
  return outcomes;
}
