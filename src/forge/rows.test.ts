import { describe, expect, it } from 'vitest';
import type { PullRequest } from './pull-requests';
import { branchesToLookUp, pullRequestFacts, withPullRequests } from './rows';

const pull: PullRequest = {
  number: 7,
  state: 'open',
  url: 'https://github.com/acme/shop/pull/7',
  base: 'main',
  head: 'aaa',
  ci: 'success',
  review: null,
};
const row = {
  name: 'cart',
  prNumber: 3,
  prState: 'merged',
  prUrl: 'u',
  prBase: 'dev',
  prHead: 'bbb',
  ci: null,
  review: null,
} as const;
const none = { prNumber: null, prState: null, prUrl: null, prBase: null, prHead: null, ci: null, review: null };

describe('withPullRequests', () => {
  it('writes what was said, clears what is said to be none, and leaves the rest', () => {
    const rows = ['said', 'none', 'unsaid'].map((name) => ({ ...row, name }));
    const byBranch = new Map([
      ['said', pull],
      ['none', null],
      ['no row', pull],
    ]);
    expect(withPullRequests(rows, byBranch)).toEqual([
      {
        name: 'said',
        prNumber: 7,
        prState: 'open',
        prUrl: pull.url,
        prBase: 'main',
        prHead: 'aaa',
        ci: 'success',
        review: null,
      },
      { ...none, name: 'none' },
      { ...row, name: 'unsaid' },
    ]);
  });
});

describe('pullRequestFacts', () => {
  it('takes the rows where the forge has not spoken', () => {
    const rows = ['said', 'none', 'unsaid'].map((name) => ({ ...row, name }));
    const facts = pullRequestFacts(
      [...rows, { ...none, name: 'empty' }],
      new Map([
        ['said', pull],
        ['none', null],
        ['new', pull],
      ]),
    );
    expect(Object.fromEntries(facts)).toEqual({
      said: { base: 'main', head: 'aaa', merged: false },
      unsaid: { base: 'dev', head: 'bbb', merged: true },
      new: { base: 'main', head: 'aaa', merged: false },
    });
  });
});

describe('branchesToLookUp', () => {
  const known = (name: string, more: object = {}) => ({
    name,
    tip: 'aaa',
    merged: false,
    prState: null,
    committedAt: '2026-01-02T00:00:00.000Z',
    ...more,
  });
  const there = (committedAt: string, tip = 'aaa') => ({ tip, committedAt });

  it('gives the newest first, new ones and deleted ones among them, and never trunk', () => {
    const onRemote = new Map([
      ['main', there('2026-01-09T00:00:00.000Z')],
      ['old', there('2026-01-01T00:00:00.000Z')],
      ['new', there('2026-01-03T00:00:00.000Z')],
    ]);
    expect(branchesToLookUp('main', [known('old'), known('deleted')], onRemote)).toEqual(['new', 'deleted', 'old']);
  });

  it('leaves out what is settled, until it is pushed to again', () => {
    const onRemote = new Map([
      ['stays', there('2026-01-04T00:00:00.000Z')],
      ['again', there('2026-01-03T00:00:00.000Z', 'bbb')],
      ['by-hand', there('2026-01-02T00:00:00.000Z')],
    ]);
    const rows = [
      known('stays', { merged: true, prState: 'merged' }),
      known('again', { merged: true, prState: 'merged' }),
      known('by-hand', { merged: true, prState: 'open' }),
      known('deleted', { merged: true }),
    ];
    expect(branchesToLookUp('main', rows, onRemote)).toEqual(['again', 'by-hand']);
  });
});
