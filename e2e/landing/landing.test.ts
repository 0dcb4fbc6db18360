import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineName } from '@/model/plan';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { testGround } from '@/testing/hooks/ground';
import type { Landing } from './model';
import { type Edit, histories, type Move } from './moves';
import { type Played, play } from './play';

/**
 * What has landed, what has not, and that no commit vanishes: random histories of authors, maintainers and jobs,
 * against a model that knows whose every line is (`model.ts`).
 */

const spice = await findGitSpice();

const test = testGround({
  SPICERACK_RETRY_DELAY: '0.01',
  SPICERACK_COMMITTER: 'Spicerack <spicerack@example.com>',
});

let played = 0;
async function holds(moves: Move[], engine: EngineName): Promise<Played> {
  const history = await play(moves, { db: test.db, dir: join(test.dir, `history-${++played}`), engine });
  if (history.broken.length > 0) throw new Error(history.story.join('\n'));
  return history;
}

const app = (what: 'add' | 'change' | 'indent' | 'dedent', at: number): Edit => ({ do: what, at });
const file = (path?: string): Edit => ({ do: 'new file', ...(path ? { path } : {}) });
const branch = (name: string, on: string, ...commits: Edit[][]): Move => ({ do: 'branch', name, on, commits });
const commit = (on: string, ...edits: Edit[]): Move => ({ do: 'commit', on, edits });
const trunk = (...edits: Edit[]): Move => ({ do: 'trunk', edits });
const land = (name: string, how: Landing['how'], into: 'main' | 'parent' = 'main', commits?: number): Move => ({
  ...{ do: 'land', branch: name, how, into },
  ...(commits ? { commits } : {}),
});
const sync: Move = { do: 'job', kind: 'sync_repo' };
const restack: Move = { do: 'job', kind: 'restack_repo' };
const backBy = (commits: number): Move => ({ do: 'put trunk back', commits });

/** A, B and C, one on the other, each with a file of its own. */
const stack = [branch('A', 'main', [file()]), branch('B', 'A', [file()]), branch('C', 'B', [file()])];

/** What was seen to go wrong in tools of this field, each with its opposite: the moves, and how the branches end. */
const situations: Record<string, { moves: Move[]; ends: Record<string, string>; keepsAll?: true }> = {
  'A lands, and B took a part of it away': {
    moves: [
      branch('A', 'main', [file('feature.txt'), file('debug.txt'), app('change', 3)]),
      branch('B', 'A', [{ do: 'remove file', at: 0, path: 'debug.txt' }]),
      branch('C', 'B', [file()]),
      ...[land('A', 'squash'), sync, restack],
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
  },
  'B lands, which took a part of A away': {
    moves: [
      branch('A', 'main', [file('feature.txt'), file('debug.txt'), app('change', 3)]),
      branch('B', 'A', [{ do: 'remove file', at: 0, path: 'debug.txt' }]),
      branch('C', 'B', [file()]),
      ...[land('B', 'squash'), sync, restack],
    ],
    ends: { A: 'merged', B: 'merged', C: 'main' },
  },
  'B lands, which holds A and wrote over it': {
    moves: [
      branch('A', 'main', [file('f.txt')]),
      branch('B', 'A', [{ do: 'change', at: 0, path: 'f.txt' }, file()]),
      branch('C', 'B', [file()]),
      ...[land('B', 'squash'), sync, restack],
    ],
    ends: { A: 'merged', B: 'merged', C: 'main' },
  },
  'A lands, and B writes over it': {
    moves: [
      branch('A', 'main', [file('f.txt')]),
      branch('B', 'A', [{ do: 'change', at: 0, path: 'f.txt' }, file()]),
      branch('C', 'B', [file()]),
      ...[land('A', 'squash'), sync, restack],
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
  },
  'trunk is put back after A has landed': {
    moves: [...stack, land('A', 'ff'), sync, backBy(1), sync, restack],
    ends: { A: 'main', B: 'A', C: 'B' },
  },
  'trunk is put back to where A has just landed': {
    moves: [...stack, land('A', 'ff'), sync, trunk(app('add', 2)), sync, backBy(1), sync, restack],
    ends: { A: 'merged', B: 'main', C: 'B' },
  },
  'A lands by a cherry-pick and is reverted before anybody looks': {
    moves: [...stack, land('A', 'pick'), { do: 'revert' }, sync, restack],
    ends: { A: 'main', B: 'A', C: 'B' },
  },
  'A lands by a cherry-pick': {
    moves: [...stack, land('A', 'pick'), sync, restack],
    ends: { A: 'merged', B: 'main', C: 'B' },
  },
  'trunk indents what A dedents': {
    moves: [branch('A', 'main', [app('dedent', 3)]), trunk(app('indent', 3)), sync, restack],
    ends: { A: 'main' },
  },
  'trunk adds to one block what A adds to another': {
    moves: [
      branch('A', 'main', [{ do: 'repeat', block: 'one' }]),
      ...[trunk({ do: 'repeat', block: 'two' }), sync, restack],
    ],
    ends: { A: 'main' },
  },
  'A is reset under an empty branch': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A'),
      ...([{ do: 'reset', on: 'A', back: 1 }, restack, sync] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A' },
  },
  'A is reset under a branch with work': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()]),
      ...([sync, { do: 'reset', on: 'A', back: 1 }, restack, sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A' },
  },
  'a commit is taken out of A under a branch with work': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()]),
      ...([{ do: 'take out', on: 'A', nth: 0 }, restack, sync] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A' },
  },
  'trunk is put to where A is amended, before anybody looks': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()]),
      ...([{ do: 'amend', on: 'A', edits: [app('add', 2)] }, land('A', 'ff'), sync, restack] satisfies Move[]),
    ],
    ends: { A: 'merged', B: 'main' },
  },
  'the bottom of B lands, which was reordered, and C stands on what it was before': {
    moves: [
      branch('A', 'main', [file()]),
      branch('B', 'A', [file()], [file()]),
      branch('C', 'B', [file()]),
      ...([{ do: 'reorder', on: 'B' }, land('B', 'squash', 'main', 1), restack, sync] satisfies Move[]),
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
    keepsAll: true,
  },
  'A takes a reset back, and B has no work of its own': {
    moves: [
      branch('A', 'main', [file()]),
      branch('B', 'A'),
      ...([sync, { do: 'reset', on: 'A', back: 1 }, sync, land('B', 'ff', 'parent'), sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A' },
    keepsAll: true,
  },
  'A goes on to where B has work of its own': {
    moves: [
      branch('A', 'main', [file()]),
      branch('B', 'A', [file()]),
      ...([sync, { do: 'reset', on: 'A', back: 1 }, sync, land('B', 'ff', 'parent'), sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'merged' },
    keepsAll: true,
  },
  'A is put back to trunk': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()]),
      ...([{ do: 'reset', on: 'A', back: 2 }, sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A' },
  },
  'A is pushed to after it has landed': {
    moves: [
      branch('A', 'main', [app('change', 3)], [app('change', 3)]),
      branch('B', 'A', [file()]),
      ...[land('A', 'squash'), sync, commit('A', app('change', 3)), sync, restack],
    ],
    ends: { A: 'main', B: 'main' },
  },
  'B is merged into A': {
    moves: [...stack, land('B', 'merge', 'parent'), sync, restack],
    ends: { A: 'main', B: 'merged', C: 'A' },
  },
  'B is squashed into A': {
    moves: [...stack, land('B', 'squash', 'parent'), sync, trunk(app('add', 2)), restack, sync],
    ends: { A: 'main', B: 'merged', C: 'A' },
  },
  'B is squashed into A, which then takes that back': {
    moves: [...stack, land('B', 'squash', 'parent'), sync, { do: 'reset', on: 'A', back: 1 }, sync, restack],
    ends: { A: 'main', B: 'A', C: 'B' },
  },
  'a part of B is squashed into A, a part of A into trunk, and A then takes that back': {
    moves: [
      branch('A', 'main', [file()]),
      branch('B', 'A', [file()], [file()]),
      branch('C', 'B', [file()]),
      ...[land('B', 'squash', 'parent', 1), land('A', 'squash', 'main', 1)],
      ...([
        { do: 'job', kind: 'restack_subtree', branch: 'B' },
        { do: 'reset', on: 'A', back: 1 },
      ] satisfies Move[]),
      ...[sync, restack],
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
  },
  'a part of B is squashed into A, which is then rewritten without it': {
    moves: [
      branch('A', 'main', [file()]),
      branch('B', 'A', [file()], [file()]),
      branch('C', 'B', [file()]),
      ...([land('B', 'squash', 'parent', 1), restack, commit('A', file()), restack] satisfies Move[]),
      ...([{ do: 'take out', on: 'A', nth: 1 }, sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A', C: 'B' },
    keepsAll: true,
  },
  'C lands, which holds all, and is pushed to before anybody looks': {
    moves: [
      branch('A', 'main', [app('change', 0)]),
      branch('B', 'A', [file()]),
      branch('C', 'B', [app('add', 0)]),
      branch('D', 'C', [file()]),
      ...[land('C', 'squash'), commit('C', file()), sync, restack],
    ],
    ends: { A: 'merged', B: 'merged', C: 'main', D: 'C' },
  },
  'a part of C lands, which needs B, and B has not landed': {
    moves: [...stack, commit('C', file()), land('C', 'pick', 'main', 1), sync, restack],
    ends: { A: 'main', B: 'A', C: 'B' },
  },
  'a stack lands and is reverted, and its top is then squashed into the branch below': {
    moves: [
      branch('A', 'main', [app('add', 0)]),
      branch('B', 'A', [file()]),
      branch('C', 'B', [app('add', 0)]),
      ...[land('C', 'squash'), sync, { do: 'revert' } satisfies Move, sync, land('C', 'squash', 'parent'), sync],
    ],
    // B needs what trunk has taken back, so it is held back.
    ends: { A: 'merged', B: 'A', C: 'merged' },
  },
  'B alone lands by a cherry-pick': {
    moves: [...stack, land('B', 'pick'), sync, restack],
    ends: { A: 'main', B: 'merged', C: 'A' },
  },
  'B is merged into A, and then both are squashed into trunk': {
    moves: [...stack, land('B', 'merge', 'parent'), sync, land('B', 'squash'), sync, restack],
    ends: { A: 'merged', B: 'merged', C: 'main' },
  },
  'a part of A lands, of which A takes something away again': {
    moves: [
      branch('A', 'main', [file('a.txt')], [file('x.txt')], [{ do: 'remove file', at: 0, path: 'x.txt' }]),
      ...[land('A', 'pick', 'main', 2), sync, restack],
    ],
    ends: { A: 'main' },
  },
  'a merged branch is moved back': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()]),
      ...([land('A', 'rebase'), sync, { do: 'reset', on: 'A', back: 1 }, sync, restack] satisfies Move[]),
    ],
    ends: { A: 'merged', B: 'main' },
  },
  'A, which landed with what stands on it, is put back to where it began': {
    moves: [
      branch('A', 'main', [file('a.txt')]),
      branch('B', 'A', [{ do: 'remove file', at: 0, path: 'a.txt' }]),
      branch('C', 'B', [app('add', 0)], [app('change', 0)]),
      ...([land('C', 'squash'), sync, { do: 'reset', on: 'A', back: 1 }, sync, restack] satisfies Move[]),
    ],
    ends: { A: 'merged', B: 'merged', C: 'merged' },
  },
  'a part of C lands over A and B, which add up to nothing: as a pick of it would': {
    moves: [
      branch('A', 'main', [file('a.txt')]),
      branch('B', 'A', [{ do: 'remove file', at: 0, path: 'a.txt' }]),
      branch('C', 'B', [app('add', 0)], [app('change', 0)]),
      ...([land('C', 'squash', 'main', 1), sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A', C: 'B' },
  },
  'B lands with what it has of A, which was tidied up, and is pushed to': {
    moves: [
      branch('A', 'main', [file('a.txt')], [app('add', 0)]),
      branch('B', 'A', [{ do: 'remove file', at: 0, path: 'a.txt' }]),
      branch('C', 'B', [app('add', 0)]),
      ...([{ do: 'fixup', on: 'A' }, land('B', 'squash'), commit('B', file()), sync, restack] satisfies Move[]),
    ],
    ends: { A: 'main', B: 'A', C: 'B' },
    keepsAll: true,
  },
  'the bottom of B lands with A, and is taken out of B': {
    moves: [
      branch('A', 'main', [{ do: 'repeat', block: 'one' }]),
      branch('B', 'A', [{ do: 'repeat', block: 'two' }], [file()]),
      branch('C', 'B', [app('add', 0)]),
      ...([land('B', 'squash', 'main', 1), { do: 'take out', on: 'B', nth: 0 }, restack] satisfies Move[]),
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
    keepsAll: true,
  },
  'trunk gets new ids after A has landed': {
    moves: [...stack, land('A', 'squash'), sync, { do: 'rewrite trunk' }, sync, restack],
    ends: { A: 'merged', B: 'main', C: 'B' },
    keepsAll: true,
  },
  'trunk gets new ids after A and B have landed, and loses a file of B with that': {
    moves: [
      ...[branch('A', 'main', [app('add', 0)]), branch('B', 'A', [file()]), branch('C', 'B', [file()])],
      ...[land('B', 'squash'), sync, { do: 'rewrite trunk' } as const],
      ...[trunk({ do: 'remove file', at: 0 }), sync, restack],
    ],
    ends: { A: 'merged', B: 'merged', C: 'main' },
  },
  'trunk gets new ids, and has lost a file of B before anybody looked': {
    moves: [
      ...[branch('A', 'main', [app('add', 0)]), branch('B', 'A', [file()]), branch('C', 'B', [file()])],
      ...[land('B', 'squash'), { do: 'rewrite trunk' } as const, trunk({ do: 'remove file', at: 0 }), sync, restack],
    ],
    ends: { A: 'merged', B: 'main', C: 'B' },
    keepsAll: true,
  },
  'trunk gets new ids, and A lands before it is moved': {
    moves: [...stack, trunk(app('add', 2)), { do: 'rewrite trunk' }, sync, land('A', 'pick'), sync, restack],
    ends: { A: 'merged', B: 'main', C: 'B' },
    keepsAll: true,
  },
  'A is reordered and back again, so that what it had removed is there': {
    moves: [
      branch('A', 'main', [file('a.txt')], [{ do: 'remove file', at: 0, path: 'a.txt' }, file()]),
      ...([{ do: 'reorder', on: 'A' }, { do: 'reorder', on: 'A' }, sync] satisfies Move[]),
    ],
    ends: { A: 'main' },
  },
  'trunk is put back to where a part of A had landed': {
    moves: [
      branch('A', 'main', [file()], [file()]),
      branch('B', 'A', [file()], [file()]),
      ...[land('B', 'rebase', 'main', 1), restack, backBy(2), sync, restack],
    ],
    ends: { A: 'main', B: 'A' },
  },
  'trunk changes what A has changed after A has landed': {
    moves: [
      branch('A', 'main', [app('change', 3)]),
      branch('B', 'A', [file()]),
      ...[land('A', 'squash'), trunk(app('change', 4)), sync, restack],
    ],
    ends: { A: 'merged', B: 'main' },
  },
  'trunk changes what A has changed, and A has not landed': {
    moves: [
      branch('A', 'main', [app('change', 3)]),
      branch('B', 'A', [file()]),
      ...[trunk(app('change', 3)), sync, restack],
    ],
    ends: { A: 'main', B: 'A' },
  },
};

describe.each(['git', 'git-spice'] as const)('with the engine %s', (engine) => {
  const isMissing = engine === 'git-spice' && 'missing' in spice;
  it.skipIf(isMissing)(
    'whatever people and jobs do, nothing is called merged that is not, nothing that is stays open, and no work is lost',
    () =>
      fc.assert(
        fc.asyncProperty(histories, async (moves) => {
          await holds(moves, engine);
        }),
        fuzzing(engine === 'git' ? 8 : 3),
      ),
    fuzzTimeout(120_000),
  );

  it.skipIf(isMissing).each(Object.entries(situations))('%s', async (_, { moves, ends, keepsAll }) => {
    const { last, story } = await holds(moves, engine);
    const rows = last?.rows ?? new Map();
    const ended = Object.keys(ends).map((name) => [name, rows.get(name)?.merged ? 'merged' : rows.get(name)?.parent]);
    expect(Object.fromEntries(ended), story.join('\n')).toEqual(ends);
    if (keepsAll) expect(story.join('\n')).not.toContain('no branch has any more');
  });
});
