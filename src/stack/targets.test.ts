import { describe, expect, test } from 'vitest';
import { planBranches, type TargetBranch, targetsFor } from './targets';

const row = (name: string, parent: string | null, more: Partial<TargetBranch> = {}): TargetBranch => ({
  name,
  parent,
  tracked: parent !== null,
  merged: false,
  gone: false,
  tip: `${name}-tip`,
  base: parent === null ? null : `${name}-base`,
  suggestedParent: null,
  ...more,
});
const moved = { merged: true };
const gone = { gone: true };

// main ─ cart ─ checkout ─ receipt         main ─ login (merged) ─ reset ─ mail
//            └─ coupon                     main ─ old (gone) ─ orphan ─ above-orphan         loose
const rows = [
  row('receipt', 'checkout'),
  row('cart', 'main'),
  row('checkout', 'cart'),
  row('coupon', 'cart'),
  row('login', 'main', moved),
  row('reset', 'login'),
  row('mail', 'reset'),
  row('old', 'main', gone),
  row('orphan', 'old'),
  row('above-orphan', 'orphan'),
  row('loose', null, { suggestedParent: 'cart' }),
];
const choose = (action: Parameters<typeof targetsFor>[0], of = rows) => targetsFor(action, of, 'main');
const orphans = [
  { branch: 'orphan', reason: { kind: 'parent_gone', parent: 'old' } },
  { branch: 'above-orphan', reason: { kind: 'below', branch: 'orphan' } },
];

describe('targetsFor', () => {
  test('sync_repo moves what stood on merged branches, and all above, holds back what stood on gone ones, and nothing else', () => {
    expect(choose({ kind: 'sync_repo' })).toEqual({
      ok: true,
      targets: [
        { branch: 'reset', onto: 'main' },
        { branch: 'mail', onto: 'reset' },
      ],
      heldBack: orphans,
      register: [],
    });
  });

  test('restack_subtree of several branches moves each once with what stands on it, and holds back what cannot', () => {
    expect(choose({ kind: 'restack_subtree', branches: ['checkout', 'receipt', 'coupon', 'orphan'] })).toEqual({
      ok: true,
      targets: [
        { branch: 'checkout', onto: 'cart' },
        { branch: 'coupon', onto: 'cart' },
        { branch: 'receipt', onto: 'checkout' },
      ],
      heldBack: orphans,
      register: [],
    });
  });

  test.each([['loose'], ['old'], ['nowhere']])(
    'restack_subtree of several branches is refused whole for %s',
    (name) => {
      expect(choose({ kind: 'restack_subtree', branches: ['cart', name] }).ok).toBe(false);
    },
  );

  test('register_existing_branch tracks several branches at once, each after what it needs, or none', () => {
    const open = [
      row('top', null, { suggestedParent: 'middle' }),
      row('middle', null, { suggestedParent: 'main' }),
      row('left alone', null, { suggestedParent: 'main' }),
      ...rows,
    ];
    expect(choose({ kind: 'register_existing_branch', branches: ['top', 'loose', 'middle'] }, open)).toMatchObject({
      ok: true,
      register: [
        { branch: 'middle', parent: 'main' },
        { branch: 'top', parent: 'middle' },
        { branch: 'loose', parent: 'cart' },
      ],
    });
    expect(choose({ kind: 'register_existing_branch', branches: ['loose', 'nowhere'] }, open)).toMatchObject({
      ok: false,
      refusal: { code: 'BRANCH_NOT_FOUND' },
    });
  });

  test('restack_repo moves every tracked branch bottom up and holds back those on a parent that is gone', () => {
    expect(choose({ kind: 'restack_repo' })).toEqual({
      ok: true,
      targets: [
        { branch: 'cart', onto: 'main' },
        { branch: 'checkout', onto: 'cart' },
        { branch: 'coupon', onto: 'cart' },
        { branch: 'reset', onto: 'main' },
        { branch: 'receipt', onto: 'checkout' },
        { branch: 'mail', onto: 'reset' },
      ],
      heldBack: orphans,
      register: [],
    });
  });

  test('restack_subtree moves the branch and all above it', () => {
    expect(choose({ kind: 'restack_subtree', branch: 'checkout' })).toMatchObject({
      targets: [
        { branch: 'checkout', onto: 'cart' },
        { branch: 'receipt', onto: 'checkout' },
      ],
    });
  });

  test('rebase_branch moves the branch alone, off a merged parent where it stood on one', () => {
    expect(choose({ kind: 'rebase_branch', branch: 'cart' })).toMatchObject({
      targets: [{ branch: 'cart', onto: 'main' }],
    });
    expect(choose({ kind: 'rebase_branch', branch: 'reset' })).toMatchObject({
      targets: [{ branch: 'reset', onto: 'main' }],
    });
  });

  test('reparent_branch takes all above along, and gets an orphan going again', () => {
    expect(choose({ kind: 'reparent_branch', branch: 'checkout', parent: 'reset' })).toMatchObject({
      targets: [
        { branch: 'checkout', onto: 'reset' },
        { branch: 'receipt', onto: 'checkout' },
      ],
    });
    expect(choose({ kind: 'reparent_branch', branch: 'orphan', parent: 'main' })).toMatchObject({
      targets: [
        { branch: 'orphan', onto: 'main' },
        { branch: 'above-orphan', onto: 'orphan' },
      ],
      heldBack: [],
    });
  });

  test('reparent_branch onto a merged branch means what that stood on', () => {
    expect(choose({ kind: 'reparent_branch', branch: 'receipt', parent: 'login' })).toMatchObject({
      targets: [{ branch: 'receipt', onto: 'main' }],
    });
  });

  test.each([
    ['a branch that is not there', { kind: 'rebase_branch', branch: 'nope' }, 'BRANCH_NOT_FOUND'],
    ['a branch that was deleted', { kind: 'restack_subtree', branch: 'old' }, 'BRANCH_NOT_FOUND'],
    ['a branch whose parent was deleted', { kind: 'rebase_branch', branch: 'orphan' }, 'BRANCH_NOT_FOUND'],
    ['an untracked branch', { kind: 'rebase_branch', branch: 'loose' }, 'NOT_TRACKED'],
    ['an untracked parent', { kind: 'reparent_branch', branch: 'cart', parent: 'loose' }, 'NOT_TRACKED'],
    ['a parent that is not there', { kind: 'reparent_branch', branch: 'cart', parent: 'nope' }, 'BRANCH_NOT_FOUND'],
    ['a parent that was deleted', { kind: 'reparent_branch', branch: 'cart', parent: 'old' }, 'BRANCH_NOT_FOUND'],
    ['itself as the parent', { kind: 'reparent_branch', branch: 'cart', parent: 'cart' }, 'CYCLE'],
    ['a parent above it', { kind: 'reparent_branch', branch: 'cart', parent: 'receipt' }, 'CYCLE'],
    ['moving a merged branch', { kind: 'reparent_branch', branch: 'login', parent: 'cart' }, 'BRANCH_NOT_FOUND'],
    ['registering on a branch above', { kind: 'register_existing_branch', branch: 'cart', parent: 'receipt' }, 'CYCLE'],
  ] as const)('refuses %s', (_, action, code) => {
    const result = choose(action);
    expect(result).toMatchObject({ ok: false, refusal: { code } });
    if (!result.ok) expect(result.refusal.hint).not.toBe('');
  });

  test('a stack that hangs in the air is held back, not lost', () => {
    const odd = [row('x', 'y'), row('y', 'x'), row('apart', 'main', { base: null }), row('on-apart', 'apart')];
    const result = choose({ kind: 'restack_repo' }, [...odd, row('lost', 'nowhere')]);
    expect(result).toMatchObject({
      heldBack: expect.arrayContaining([
        { branch: 'lost', reason: { kind: 'parent_gone', parent: 'nowhere' } },
        { branch: 'apart', reason: { kind: 'unrelated', parent: 'main' } },
        { branch: 'on-apart', reason: { kind: 'below', branch: 'apart' } },
      ]),
    });
  });

  describe('register_existing_branch', () => {
    const register = (more: object, of = rows) => {
      const result = choose({ kind: 'register_existing_branch', ...more }, of);
      return result.ok ? result.register : result.refusal.code;
    };
    // one ─ two ─ three, all untracked; named so that neither order of names is the right one.
    const untracked = [
      row('two', null, { suggestedParent: 'one' }),
      row('three', null, { suggestedParent: 'two' }),
      row('one', null, { suggestedParent: 'main' }),
      row('done', null, { merged: true, suggestedParent: 'main' }),
      row('gh-pages', null, { suggestedParent: null }),
    ];

    test('tracks the branch with the given parent, or with the suggested one', () => {
      expect(register({ branch: 'loose', parent: 'coupon' })).toEqual([{ branch: 'loose', parent: 'coupon' }]);
      expect(register({ branch: 'loose' })).toEqual([{ branch: 'loose', parent: 'cart' }]);
      expect(register({ branch: 'coupon', parent: 'main' })).toEqual([{ branch: 'coupon', parent: 'main' }]);
    });

    test('registers what a suggested parent itself needs, parents first', () => {
      expect(register({ branch: 'two' }, untracked)).toEqual([
        { branch: 'one', parent: 'main' },
        { branch: 'two', parent: 'one' },
      ]);
    });

    test('with suggested: true tracks every untracked live branch that has a suggestion, parents first', () => {
      expect(register({ suggested: true }, untracked)).toEqual([
        { branch: 'one', parent: 'main' },
        { branch: 'two', parent: 'one' },
        { branch: 'three', parent: 'two' },
      ]);
      expect(register({ suggested: true })).toEqual([{ branch: 'loose', parent: 'cart' }]);
    });

    test('a suggestion that no longer stands gives way to trunk', () => {
      const stale = [
        row('a', null, { suggestedParent: 'b' }),
        row('b', 'a'),
        row('c', null, { suggestedParent: 'nope' }),
      ];
      expect(register({ branch: 'a' }, stale)).toEqual([{ branch: 'a', parent: 'main' }]);
      expect(register({ branch: 'c' }, stale)).toEqual([{ branch: 'c', parent: 'main' }]);
    });
  });
});

test('planBranches leaves out what an engine cannot use', () => {
  expect(planBranches(rows, 'main').map((branch) => branch.name)).not.toContain('login');
  expect(planBranches(rows, 'main')).toContainEqual({
    name: 'reset',
    tip: 'reset-tip',
    parent: 'login',
    base: 'reset-base',
  });
  expect(planBranches([row('loose', null), row('old', 'main', gone)], 'main')).toEqual([]);
});

test('planBranches tells of a branch with a history of its own as what others stand on, with no commit of its own', () => {
  expect(planBranches([row('apart', 'main', { base: null })], 'main')).toEqual([
    { name: 'apart', tip: 'apart-tip', parent: 'main', base: 'apart-tip' },
  ]);
});

describe('a long-lived branch', () => {
  // main ─ dev (nobody tracks it) ─ a ─ kept ─ b
  const kept = [
    row('dev', null, { keptReason: 'name', suggestedParent: 'main' }),
    row('a', 'dev'),
    row('kept', 'a', { kept: true }),
    row('b', 'kept'),
    row('new', null, { suggestedParent: 'dev' }),
    row('empty', null, { suggestedParent: 'main', keptReason: 'no_work' }),
    row('freed', null, { suggestedParent: 'empty', keptReason: 'name', kept: false }),
  ];

  test('is no target of restack_repo or of a subtree, and carries what stands on it', () => {
    const onto = [
      { branch: 'a', onto: 'dev' },
      { branch: 'b', onto: 'kept' },
    ];
    expect(choose({ kind: 'restack_repo' }, kept)).toMatchObject({ targets: onto, heldBack: [] });
    expect(choose({ kind: 'restack_subtree', branch: 'a' }, kept)).toMatchObject({ targets: onto, heldBack: [] });
    expect(planBranches(kept, 'main').map(({ name }) => name)).toEqual(['dev', 'a', 'kept', 'b']);
  });

  test('is refused where it is named, and a parent like any other', () => {
    for (const kind of ['restack_subtree', 'rebase_branch', 'reparent_branch', 'register_existing_branch'] as const) {
      for (const branch of ['dev', 'kept']) {
        expect(choose({ kind, branch, parent: 'main' }, kept)).toMatchObject({ ok: false, refusal: { code: 'KEPT' } });
      }
    }
    expect(choose({ kind: 'reparent_branch', branch: 'b', parent: 'dev' }, kept)).toMatchObject({ ok: true });
  });

  test('is left out of the suggestions, as is what has no work; what a person let go is not', () => {
    expect(choose({ kind: 'register_existing_branch', suggested: true }, kept)).toMatchObject({
      register: [
        { branch: 'freed', parent: 'main' },
        { branch: 'new', parent: 'dev' },
      ],
    });
    expect(choose({ kind: 'register_existing_branch', branch: 'new' }, kept)).toMatchObject({
      register: [{ branch: 'new', parent: 'dev' }],
    });
  });
});

describe('a merged branch', () => {
  test('is not registered, rebased or restacked, since nothing of it is left; what stands on it is', () => {
    const refused = { ok: false, refusal: { message: expect.stringContaining('was merged') } };
    expect(choose({ kind: 'register_existing_branch', branch: 'login', parent: 'main' })).toMatchObject(refused);
    expect(choose({ kind: 'rebase_branch', branch: 'login' })).toMatchObject(refused);
    const alone = [row('login', 'main', moved)];
    expect(choose({ kind: 'restack_subtree', branch: 'login' }, alone)).toMatchObject(refused);
    expect(choose({ kind: 'restack_subtree', branch: 'login' })).toMatchObject({
      targets: [
        { branch: 'reset', onto: 'main' },
        { branch: 'mail', onto: 'reset' },
      ],
    });
  });
});
