import { disposableClone } from '@/git/clone/disposable-clone';
import { ObjectReader } from '@/git/objects/cat-file';
import { ChangedPaths } from '@/git/objects/changed-paths';
import { parseCommit } from '@/git/objects/commit';
import { committerLine } from '@/git/objects/identity';
import { Merger } from '@/git/objects/merge-tree';
import { openQuarantine, type Quarantine } from '@/git/objects/objects';
import { GitError } from '@/git/process/error';
import { TreeMerger } from '@/git/trees/tree-merge';
import type { Engine, PlannedObjects, PlanRequest } from '../engine';
import { replayInMemory } from '../git';
import { Attributes } from '../git/attributes';
import { Replayer } from '../git/replay';
import { type Outcome, plannedObjects } from '../outcome';
import { spiceIn } from './driver';
import { findGitSpice } from './find';
import { replayAll } from './replay';
import { restackWhole, sharesOf, wholeStacks } from './whole-stacks';

/**
 * The engine that lets git-spice (0.29 or later) do the work, in a disposable clone: it needs a work tree and local
 * branches, keeps state of its own and knows no lock, so it never runs in our clone.
 */
export const gitSpiceEngine: Engine = { name: 'git-spice', plan };

async function plan(request: PlanRequest): Promise<PlannedObjects> {
  const found = await findGitSpice();
  if ('missing' in found) throw new GitError('missing', found.missing, [], '');
  return planWith(found.program, request);
}

/**
 * Plans with the program at this path.
 * @throws GitError with the program's own words when it does anything but replay or conflict; the signal's reason
 *   when it is aborted. Nothing is left behind then.
 */
export async function planWith(program: string, request: PlanRequest): Promise<PlannedObjects> {
  const quarantine = await openQuarantine(request.gitDir, request.trunk.tip.length);
  try {
    const { outcomes, warnings } = await planIn(quarantine, program, request);
    return plannedObjects(request, quarantine, outcomes, warnings);
  } catch (error) {
    await quarantine.discard();
    throw error;
  }
}

async function planIn(quarantine: Quarantine, program: string, request: PlanRequest) {
  const { signal } = request;
  const { gitDir, env } = quarantine;
  const committer = committerLine(request.committer);
  const whole = await restackedWhole(quarantine, program, request);
  const copy = await disposableClone(quarantine, request.trunk.tip.length, signal);
  const reader = new ObjectReader({ gitDir, env, signal });
  const changes = new ChangedPaths({ gitDir, env, signal });
  const merger = new Merger(quarantine, signal);
  const attributes = new Attributes(quarantine, reader, signal);
  const commit = async (id: string) => parseCommit((await reader.read(id)).content);
  const paths = (id: string) => changes.of(id);
  const options = { gitDir, env, signal };
  const tools = { commit, paths, reader, merger, attributes, trees: new TreeMerger(quarantine, reader), options };
  const replayer = new Replayer(quarantine, tools, committer);
  try {
    const spice = spiceIn(copy, program, request);
    return await replayAll({ quarantine, copy, spice, commit, replayer, committer, whole }, request);
  } finally {
    await Promise.all([reader.close(), changes.close(), merger.close()]);
    await copy.remove();
  }
}

/** The outcomes of the branches that git-spice has restacked by whole stacks. */
async function restackedWhole(
  quarantine: Quarantine,
  program: string,
  request: PlanRequest,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = await foreseen(request);
  const done = new Set<string>();
  for (const stacks of wholeStacks(request, outcomes)) {
    const shares = sharesOf(stacks).map((share) => restackWhole(quarantine, program, share, request));
    // The quarantine has to stay until all are over.
    await Promise.allSettled(shares);
    for (const names of await Promise.all(shares)) for (const name of names) done.add(name);
  }
  return new Map(outcomes.flatMap((each) => (done.has(each.branch.name) ? [[each.branch.name, each]] : [])));
}

/** What the `git` engine would do; its commits are thrown away. */
async function foreseen(request: PlanRequest): Promise<Outcome[]> {
  const aside = await openQuarantine(request.gitDir, request.trunk.tip.length);
  try {
    return await replayInMemory(request, aside);
  } finally {
    await aside.discard();
  }
}
