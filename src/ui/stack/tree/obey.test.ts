import { expect, it } from 'vitest';
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
];

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
  obey(command, { entries, at: index, mayAct: true, isOpen: false, ...effects, ...ground });
  return told;
}

it.each<[Command['do'], string[]]>([
  ['open', ['show a']],
  ['restack', ['pressMain a']],
  ['restack_stack', ['pressMain head']],
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
  ['restack', ['pressMain head']],
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
