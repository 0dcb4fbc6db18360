import { describe, expect, it } from 'vitest';
import { branchRow } from '../../testing/rows';
import type { Entry, Head } from '../entries';
import type { Command } from './keys';
import { type Ground, obey } from './obey';

const a = branchRow('a', { prUrl: 'https://forge.example/1' });
const row = { place: null, dimmed: false, level: 1, position: 1, siblings: 1 };
const head: Head = {
  ...{ kind: 'stack', root: a, restack: a, title: 'a', branches: ['a', 'merged'] },
  ...{ count: 2, moves: 0, conflicts: 0, heldBack: 0, lost: 0, newest: null, owner: '', folded: false },
};
const entries: Entry[] = [
  { ...row, name: 'main', branch: null },
  { ...row, name: 'head', branch: null, head },
  { ...row, name: 'a', branch: a },
  { ...row, name: 'merged', branch: branchRow('merged', { merged: true }) },
  { ...row, name: 'release', branch: branchRow('release', { kept: true }) },
  {
    ...row,
    name: 'singles',
    branch: null,
    head: { ...head, kind: 'single', root: null, restack: null, title: 'Single branches' },
  },
  { ...row, name: 'one', branch: branchRow('one') },
  { ...row, name: 'b', branch: branchRow('b', { parent: 'a' }) },
  { ...row, name: 'new', branch: branchRow('new', { tracked: false, parent: null }) },
];
/** By branch, the bottom of its stack, where that is another one. */
const bottoms: Record<string, string> = { b: 'a' };

/** What is done, as it would be written down, when a key is pressed at a row. */
function done(what: Command['do'], at: string, ground: Partial<Ground> = {}): string[] {
  const told: string[] = [];
  const tell =
    (name: string) =>
    (...of: unknown[]) => {
      const words = of.map((one) => (one !== null && typeof one === 'object' && 'name' in one ? one.name : one));
      told.push([name, ...words].join(' '));
    };
  const names = [
    ...([
      'goBy',
      'goTo',
      'fold',
      'show',
      'openMenu',
      'openHeadMenu',
      'pressMain',
      'pickUp',
      'drop',
      'seek',
      'leave',
      'toggle',
    ] as const),
    ...(['select', 'clear', 'rebase', 'sync', 'undo', 'openPullRequest', 'copy', 'find', 'say'] as const),
  ];
  const effects = Object.fromEntries(names.map((name) => [name, tell(name)])) as Pick<Ground, (typeof names)[number]>;
  const index = entries.findIndex(({ name }) => name === at);
  const command: Command =
    what === 'go' ? { do: what, by: 1, extend: false } : what === 'stack' ? { do: what, by: 1 } : { do: what };
  const bottomOf = (name: string) => bottoms[name] ?? name;
  obey(command, { entries, at: index, mayAct: true, isOpen: false, bottomOf, ...effects, ...ground });
  return told;
}

it.each<[Command['do'], string[]]>([
  ['open', ['show a']],
  ['restack', ['pressMain a']],
  ['rebase', ['rebase a']],
  ['pick_up', ['pickUp a']],
  ['select', ['toggle a']],
  ['fold', ['fold head true', 'goTo head']],
  ['pull_request', ['openPullRequest https://forge.example/1']],
  ['copy', ['copy a']],
])('at a branch %s is about it, or about its stack', (command, told) => {
  expect(done(command, 'a')).toEqual(told);
});

it.each<[Command['do'], string[]]>([
  ['open', ['fold head true']],
  ['select', ['select a,merged']],
  ['menu', ['openHeadMenu head']],
  // What it is about for a stack, its menu has.
  ['copy', ['openHeadMenu head']],
  ['pull_request', ['openHeadMenu head']],
  ['rebase', ['say A branch alone is rebased, not a stack.']],
  ['pick_up', ['say a is moved by its bottom branch.']],
])('at a head %s is about the whole stack, or says why not', (command, told) => {
  expect(done(command, 'head')).toEqual(told);
});

const moving = entries.map((entry) => (entry.head ? { ...entry, head: { ...entry.head, moves: 2 } } : entry));
const withoutHeads = moving.filter(({ head }) => !head);

describe('the key for a whole stack', () => {
  const at = (name: string, shown: Entry[]) =>
    done('restack_stack', name, { entries: shown, at: shown.findIndex((entry) => entry.name === name) });

  it('presses the button of its head, from any of its rows', () => {
    expect(at('a', moving)).toEqual(['pressMain head']);
    expect(at('b', moving)).toEqual(['pressMain head']);
    expect(at('head', moving)).toEqual(['pressMain head']);
    expect(done('restack', 'head', { entries: moving })).toEqual(['pressMain head']);
  });

  it('presses that of its bottom branch where heads are not shown, as in a search, or have no button', () => {
    expect(at('b', withoutHeads)).toEqual(['pressMain a']);
    expect(at('a', withoutHeads)).toEqual(['pressMain a']);
    // In place: the row says so.
    expect(at('b', entries)).toEqual(['pressMain a']);
  });

  it('presses that of a single branch itself, and not that of another stack above it', () => {
    expect(at('one', moving)).toEqual(['pressMain one']);
    expect(at('one', withoutHeads)).toEqual(['pressMain one']);
  });

  it('says what it cannot restack, and never does nothing without a word', () => {
    expect(at('singles', moving)).toEqual(['say No one Restack moves all of Single branches: press r at a branch.']);
    expect(at('singles', entries)).toEqual(['say Nothing of Single branches would move.']);
    const folded = entries.filter(({ name }) => name !== 'a');
    expect(at('head', folded)).toEqual(['say Nothing of a would move.']);
    for (const name of ['main', 'merged', 'release', 'new'])
      expect(at(name, moving)).toEqual([`say ${name} cannot be restacked.`]);
    for (const name of ['main', 'merged', 'release'])
      expect(done('restack', name)).toEqual([`say ${name} cannot be restacked.`]);
    // An untracked branch is registered by the same key.
    expect(done('restack', 'new')).toEqual(['pressMain new']);
  });
});

it('a long-lived branch is neither rebased nor selected, and has its menu', () => {
  expect(done('rebase', 'release')).toEqual(['say release cannot be rebased.']);
  expect(done('select', 'release')).toEqual(['say release cannot be selected.']);
  expect(done('menu', 'release')).toEqual(['openMenu release']);
});

it('what is merged is neither rebased nor selected nor has a menu, and each says so', () => {
  expect(done('rebase', 'merged')).toEqual(['say merged cannot be rebased.']);
  expect(done('select', 'merged')).toEqual(['say merged cannot be selected.']);
  expect(done('menu', 'merged')).toEqual(['say There is no menu of merged.']);
  expect(done('pull_request', 'merged')).toEqual(['say merged has no pull request.']);
});

it('Escape closes the branch that is open before it clears the selection', () => {
  expect(done('clear', 'a', { isOpen: true })).toEqual(['show ']);
  expect(done('clear', 'a')).toEqual(['clear']);
});

it('who may only look goes, opens, copies and finds, and changes nothing', () => {
  const acts = ['restack', 'restack_stack', 'rebase', 'pick_up', 'drop', 'sync', 'select', 'undo'] as const;
  for (const command of acts) expect(done(command, 'a', { mayAct: false })).toEqual([]);
  const looks = ['go', 'open', 'copy', 'find', 'pull_request', 'leave'] as const;
  for (const command of looks) expect(done(command, 'a', { mayAct: false })).toHaveLength(1);
});
