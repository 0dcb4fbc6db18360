import { expect, it } from 'vitest';
import type { VersionedNeed } from '@/model/needs';
import { repoRow } from '../testing/rows';
import { itemsOf, shownOf } from './items';
import { countNeeds } from './use-needs';

const counts = (needs: VersionedNeed[]) => ({
  ...{ branches: 1, needRestack: 0, wouldConflict: 0, untracked: 0, needs, tipsKey: 'as shown' },
});
const conflict = { kind: 'conflict' as const, branch: 'pricing/cache', onto: 'main', files: ['src/cache.ts'] };
const shop = {
  ...repoRow('shop', {
    counts: counts([
      { ...conflict, blocks: 3, version: '1' },
      { kind: 'parent_gone', branch: 'x', parent: 'wip', onto: 'hotfix', version: '1' },
      { kind: 'unrelated', branch: 'y', parent: 'main', version: '1' },
      {
        kind: 'restack',
        branch: 'billing/a',
        name: 'billing',
        branches: 12,
        moves: 12,
        heldBack: 0,

        version: '1',
      },
      { kind: 'register', branches: 6, version: '1' },
    ]),
    failures: [
      { id: 'job-9', seq: 9, kind: 'sync_repo', branch: null, message: 'The remote does not answer.' },
      { id: 'job-7', seq: 7, kind: 'reparent_branch', branch: 'x', message: 'x moved on.' },
    ],
  }),
  activeJobs: [],
};
const other = { ...repoRow('other', { counts: counts([{ ...conflict, blocks: 0, version: '1' }]) }), activeJobs: [] };

it('each is a sentence and a button, by section over all repos', () => {
  const items = itemsOf([shop, other], new Map([['other', 'Round half up']]));
  expect(items.map(({ section, repo, words, button }) => [section, repo.id, words, button])).toEqual([
    ['conflicts', 'shop', 'pricing/cache conflicts with main in src/cache.ts; blocks 3', 'Open'],
    ['conflicts', 'other', 'pricing/cache conflicts with main in src/cache.ts', 'Open'],
    ['parent_gone', 'shop', 'x stood on wip, which is gone', 'Move onto hotfix'],
    ['unrelated', 'shop', 'y has no commit in common with main', 'Open'],
    ['restack', 'shop', 'billing · 12 branches · clean', 'Restack 12'],
    ['register', 'shop', '6 branches can be registered where they seem to stand', 'Register 6'],
    ['failed', 'shop', '#9 Sync failed: The remote does not answer.', 'Retry'],
    ['failed', 'shop', '#7 Move failed on x: x moved on.', 'Retry'],
    ['drafts', 'other', '“Round half up” is not created yet', 'Go on'],
  ]);
});

it('asks before it moves as many as a Restack of all asks for', () => {
  const of = (moves: number) => {
    const need = {
      kind: 'restack',
      branch: 'a',
      name: 'a',
      branches: moves,
      moves,
      heldBack: 0,
      version: '1',
    } as const;
    return itemsOf([{ ...repoRow('shop', { counts: counts([need]) }), activeJobs: [] }], new Map())[0]?.question;
  };
  expect([of(25), of(26)]).toEqual([null, '26 branches will be pushed.']);
});

it('asks before an approved pull request is pushed; of a move from a gone parent, its forecast says that', () => {
  const cost = { branches: 2, approvals: 1, runs: 0 };
  const needs: VersionedNeed[] = [
    { kind: 'parent_gone', branch: 'x', parent: 'wip', onto: 'main', version: '1' },
    { kind: 'restack', branch: 'a', name: 'a', branches: 3, moves: 2, heldBack: 0, cost, version: '1' },
  ];
  const items = itemsOf([{ ...repoRow('shop', { counts: counts(needs) }), activeJobs: [] }], new Map());
  const asked = '2 branches will be pushed: that may dismiss 1 approval.';
  expect(items.map(({ question, foresee = false }) => [question, foresee])).toEqual([
    [null, true],
    [asked, false],
  ]);
});

it('what is hidden stays so until it changes, and nothing else is', () => {
  const items = itemsOf([shop], new Map());
  const [first] = items;
  const hidden = { [first?.key ?? '']: '1' };
  expect(shownOf(items, hidden)).toEqual(items.slice(1));
  const changed = items.map((item) => (item === first ? { ...item, version: '2' } : item));
  expect(shownOf(changed, hidden)).toEqual(changed);
});

it('says that a stack is clean where a forecast has said so, and no commit would be on no branch', () => {
  const of = (isForeseen: boolean, more: Partial<Extract<VersionedNeed, { kind: 'restack' }>> = {}) => {
    const need = { kind: 'restack', branch: 'a', name: 'a', branches: 2, moves: 2, heldBack: 0, version: '1' } as const;
    const { tipsKey, ...known } = counts([{ ...need, ...more }]);
    const repo = repoRow('shop', { counts: isForeseen ? { ...known, tipsKey } : known });
    const [item] = itemsOf([{ ...repo, activeJobs: [] }], new Map());
    return item && { words: item.words, foresee: item.foresee, question: item.question };
  };
  const clean = { words: 'a · 2 branches · clean', foresee: false, question: null };
  expect(of(true)).toEqual(clean);
  // Nobody has looked yet: its forecast is read first.
  expect(of(false)).toEqual({ ...clean, words: 'a · 2 branches', foresee: true });
  // It is asked about, with its forecast, however few move.
  expect(of(true, { cost: { branches: 2, approvals: 0, runs: 0, lost: 1 } })).toEqual({
    words: 'a · 2 branches · leaves 1 commit on no branch',
    foresee: true,
    question: '2 branches will be pushed: that leaves 1 commit on no branch.',
  });
});

it('what is too large to be compared is a need, with what it blocks', () => {
  const needs: VersionedNeed[] = [{ kind: 'too_large', branch: 'a', blocks: 2, version: '1' }];
  const [item] = itemsOf([{ ...repoRow('shop', { counts: counts(needs) }), activeJobs: [] }], new Map());
  expect(item?.words).toBe('a changes more than can be compared; blocks 2');
});

it('what the list has no room for is counted, of its own repo', () => {
  const many = {
    ...repoRow('many', { counts: { ...counts([{ ...conflict, blocks: 0, version: '1' }]), moreNeeds: 37 } }),
  };
  const repos = [{ ...many, activeJobs: [] }, other];
  const needs = { items: itemsOf(repos, new Map()), repos };
  expect(countNeeds(needs, 'many')).toBe(38);
  expect(countNeeds(needs, 'other')).toBe(1);
  expect(countNeeds(needs)).toBe(39);
});
