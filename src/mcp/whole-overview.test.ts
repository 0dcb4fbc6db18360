import type { CallOptions, Overview } from '@spicerack/client';
import { expect, it } from 'vitest';
import { branchRow, jobDetail, repoRow } from '@/ui/testing/rows';
import { wholeOverview } from './whole-overview';

const first: Overview = {
  repo: repoRow('shop'),
  branches: [branchRow('a'), branchRow('b')],
  nextCursor: 'b',
  counts: { all: 3, active: 1, needs_restack: 0, conflicts: 0, held_back: 0, untracked: 0, merged: 1 },
  states: { a: { is: 'merged' } },
  restack: null,
  tasks: [],
  archivedTasks: [],
  jobs: [jobDetail(1)],
  feedCursor: 7,
};
const last: Overview = {
  ...first,
  branches: [branchRow('c')],
  states: { c: { is: 'gone' } },
  nextCursor: null,
  jobs: [],
};

/** Answers with these pages, each for the cursor of the one before, and notes what it was asked. */
function answering(pages: Array<[cursor: string | undefined, Overview]>) {
  const asked: Array<{ cursor?: string | undefined } & CallOptions> = [];
  const overview = async ({ cursor }: { cursor?: string | undefined }, options: CallOptions = {}) => {
    asked.push({ cursor, ...options });
    const page = new Map(pages).get(cursor);
    if (!page) throw new Error(`There is no page after ${cursor}.`);
    return page;
  };
  return { asked, repos: { overview } };
}

it('has the branches of every page and how they stand, and of the first what is told once', async () => {
  const { signal } = new AbortController();
  const { asked, repos } = answering([
    [undefined, first],
    ['b', last],
  ]);
  expect(await wholeOverview({ repos }, 'shop', { signal })).toEqual({
    ...first,
    branches: [...first.branches, ...last.branches],
    states: { ...first.states, ...last.states },
    nextCursor: null,
  });
  expect(asked).toEqual([{ signal }, { cursor: 'b', signal }]);
});

it('is asked for once where all is on one page', async () => {
  const { asked, repos } = answering([[undefined, { ...first, nextCursor: null }]]);
  expect((await wholeOverview({ repos }, 'shop')).branches).toEqual(first.branches);
  expect(asked).toHaveLength(1);
});
