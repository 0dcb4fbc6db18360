import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { known } from '@/counters';
import { type FakeGitHub, type FakePullRequest, fakeGitHub, type Manners } from '@/testing/fake-github';
import { pullRequests } from './pull-requests';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const TOKEN = 'ghp_secret';

let github: FakeGitHub;
beforeEach(async () => {
  github = await fakeGitHub('acme/shop');
});
afterEach(() => github.close());

/** Generous unless a test wants the limit to be met. */
const ask = (branches: string[], timeoutMs = 30_000, signal = new AbortController().signal) =>
  pullRequests({ owner: 'acme', repo: 'shop', apiUrl: github.apiUrl }, TOKEN, branches, { signal, timeoutMs });

const many = (count: number, make: (i: number) => Partial<FakePullRequest> = () => ({})): FakePullRequest[] =>
  Array.from({ length: count }, (_, i) => ({ number: i + 1, branch: `b${i}`, base: 'main', head: A, ...make(i) }));

describe('pullRequests', () => {
  it('tells an open pull request with its checks and review', async () => {
    github.pullRequests = [
      { number: 7, branch: 'cart', base: 'main', head: A, ci: 'SUCCESS', review: 'APPROVED' },
      { number: 8, branch: 'pay', base: 'cart', head: B, draft: true, ci: 'EXPECTED', review: 'REVIEW_REQUIRED' },
      { number: 9, branch: 'ship', base: 'pay', head: B, ci: 'ERROR', review: 'CHANGES_REQUESTED' },
    ];
    const { byBranch, problem } = await ask([]);
    expect(problem).toBeNull();
    expect(known(`forge_budget ${new URL(github.apiUrl).host}`)).toBe(4987);
    expect(byBranch.get('cart')).toEqual({
      number: 7,
      state: 'open',
      url: 'https://github.com/acme/shop/pull/7',
      base: 'main',
      head: A,
      ci: 'success',
      review: 'approved',
    });
    expect(byBranch.get('pay')).toMatchObject({ state: 'draft', base: 'cart', ci: 'pending', review: 'required' });
    expect(byBranch.get('ship')).toMatchObject({ ci: 'failure', review: 'changes_requested' });
  });

  it('looks up branches without an open one, and says which have none at all', async () => {
    github.pullRequests = [
      { number: 1, branch: 'cart', base: 'main', head: A, state: 'CLOSED' },
      { number: 2, branch: 'cart', base: 'main', head: B, state: 'MERGED' },
      { number: 3, branch: 'pay', base: 'main', head: B, state: 'CLOSED' },
      { number: 4, branch: 'not-asked', base: 'main', head: B, state: 'MERGED' },
    ];
    const { byBranch } = await ask(['cart', 'pay', 'new']);
    expect(byBranch.get('cart')).toMatchObject({ number: 2, state: 'merged', head: B });
    expect(byBranch.get('pay')).toMatchObject({ number: 3, state: 'closed' });
    expect(byBranch.get('new')).toBeNull();
    expect(byBranch.has('not-asked')).toBe(false);
  });

  it('prefers an open one to a newer one that is closed', async () => {
    github.pullRequests = [
      { number: 1, branch: 'cart', base: 'main', head: A },
      { number: 2, branch: 'cart', base: 'main', head: A, state: 'CLOSED' },
    ];
    expect((await ask(['cart'])).byBranch.get('cart')).toMatchObject({ number: 1, state: 'open' });
  });

  it('leaves out forks, which may have branches of the same name', async () => {
    github.pullRequests = [
      { number: 1, branch: 'cart', base: 'main', head: A, state: 'MERGED' },
      { number: 2, branch: 'cart', base: 'main', head: B, fork: true },
      { number: 3, branch: 'cart', base: 'main', head: B, fork: true, state: 'MERGED' },
      { number: 4, branch: 'theirs', base: 'main', head: B, fork: true },
    ];
    const { byBranch } = await ask(['cart']);
    expect(byBranch.get('cart')).toMatchObject({ number: 1, head: A });
    expect(byBranch.has('theirs')).toBe(false);
  });

  it('turns every page of open ones', async () => {
    github.pullRequests = many(120);
    const { byBranch } = await ask([]);
    expect(byBranch.size).toBe(120);
    expect(github.questions).toHaveLength(3 + 1);
  });

  it('looks up the first 300 branches in six questions, and leaves the rest unsaid', async () => {
    github.pullRequests = many(400, () => ({ state: 'MERGED' }));
    const { byBranch, problem } = await ask(github.pullRequests.map(({ branch }) => branch));
    expect(problem).toBeNull();
    expect([...byBranch.keys()]).toEqual(github.pullRequests.slice(0, 300).map(({ branch }) => branch));
    expect(github.questions).toHaveLength(1 + 6 + 1);
  });

  it('tells the branches that a rule of their own protects, over all pages, and none that are protected like all', async () => {
    const many = Array.from({ length: 150 }, (_, i) => [`release/${i}`, 'release/*']);
    github.protected = Object.fromEntries([...many, ['feature', '*'], ['deep/one', '**/*']]);
    const { protectedBranches } = await ask([]);
    expect(protectedBranches?.size).toBe(150);
    expect(protectedBranches?.has('release/149')).toBe(true);
  });

  it('takes names with anything in them as they are', async () => {
    const branch = 'fix/"quotes"-{x: 1}-ünï';
    github.pullRequests = [{ number: 1, branch, base: 'main', head: A, state: 'MERGED' }];
    expect((await ask([branch])).byBranch.get(branch)).toMatchObject({ number: 1 });
  });

  it('presents the token', async () => {
    await ask([]);
    expect(github.questions[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it.each<[Manners, string, RegExp]>([
    ['bad_credentials', 'auth', /Bad credentials/],
    ['no_access', 'not_found', /acme\/shop/],
    ['rate_limited', 'rate_limited', /until \d\d:\d\d UTC: API rate limit/],
    ['too_quick', 'rate_limited', /secondary rate limit/],
    ['bad_gateway', 'unreachable', /status 502/],
    ['redirect', 'unreachable', /redirect/],
    ['nonsense', 'failed', /not as expected/],
    ['bomb', 'failed', /more than 16 MiB/],
  ])('turns %s into a problem, without the token in its words', async (manners, code, words) => {
    github.manners = manners;
    const { byBranch, problem } = await ask(['cart']);
    expect(byBranch.size).toBe(0);
    expect(problem).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(problem?.message).not.toContain(TOKEN);
  });

  it('says when nobody is there', async () => {
    await github.close();
    expect((await ask([])).problem).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    github = await fakeGitHub('acme/shop');
  });

  it('gives up on an API that does not answer in time', async () => {
    github.manners = 'hung';
    expect((await ask([], 50)).problem?.code).toBe('timeout');
  });

  it.each<Manners>(['rate_limited', 'too_quick', 'hung'])('leaves an API alone that was %s', async (manners) => {
    github.manners = manners;
    const first = await ask([], manners === 'hung' ? 50 : undefined);
    github.manners = 'good';
    expect(await ask([])).toEqual(first);
    expect(github.questions).toHaveLength(1);
  });

  it('takes everything but the checks where the token may not read them', async () => {
    github.pullRequests = [{ number: 1, branch: 'cart', base: 'main', head: A, ci: 'SUCCESS' }];
    github.manners = 'no_checks';
    const { byBranch, problem } = await ask([]);
    expect(byBranch.get('cart')).toMatchObject({ number: 1, ci: null });
    expect(problem).toMatchObject({ code: 'incomplete', message: expect.stringContaining('not accessible') });
  });

  it('keeps the pages that it got before a failure', async () => {
    github.pullRequests = many(60);
    github.onQuestion = (count) => {
      if (count === 2) github.manners = 'bad_gateway';
    };
    const { byBranch, problem } = await ask(['b0']);
    expect(byBranch.size).toBe(50);
    expect(byBranch.has('b0')).toBe(false);
    expect(problem?.code).toBe('unreachable');
  });

  it("throws the caller's reason when it is told to stop", async () => {
    github.manners = 'hung';
    const abort = new AbortController();
    const asked = ask([], 30_000, abort.signal);
    abort.abort(new Error('lease lost'));
    await expect(asked).rejects.toThrow('lease lost');
  });
});
