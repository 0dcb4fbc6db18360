import { isKept } from '@/repos/kept';
import { visible } from '@/text/visible';
import type { Entry } from '../entries';
import { headFrom } from './cursor';
import type { Command } from './keys';
import { canBeSelected } from './selection';

/** What keys act on, and what they do to it. */
export interface Ground {
  entries: Entry[];
  /** Where one is; -1 is nowhere. */
  at: number;
  mayAct: boolean;
  /** Whether a branch is opened beside the tree. */
  isOpen: boolean;
  goBy: (by: number, extend: boolean) => void;
  goTo: (target: Entry) => void;
  fold: (head: string, fold: boolean) => void;
  /** Opens a branch, or closes the one that is open. */
  show: (branch: string | null) => void;
  openMenu: (branch: string) => void;
  /** Opens the menu of a head. */
  openHeadMenu: (head: string) => void;
  /** Presses the row's own button, with all that it knows: what is under way, and Retry. */
  pressMain: (row: string) => void;
  /** The lowest branch that a Restack moves of the stack which a branch is in. */
  bottomOf: (branch: string) => string;
  pickUp: (branch: string) => void;
  drop: () => void;
  /** Asks by name what the branch in hand shall stand on. */
  seek: () => void;
  leave: () => void;
  toggle: (branch: string) => void;
  select: (branches: string[]) => void;
  clear: () => void;
  rebase: (branch: string) => void;
  sync: () => void;
  undo: () => void;
  openPullRequest: (url: string) => void;
  copy: (text: string) => void;
  find: () => void;
  say: (words: string) => void;
}

/** What changes something, or leads to it: not for who may only look. */
const ACTS: ReadonlySet<Command['do']> = new Set([
  'restack',
  'restack_stack',
  'rebase',
  'pick_up',
  'drop',
  'seek',
  'sync',
  'select',
  'undo',
]);

/** Does what a key stands for, at the row that one is at. At a head keys mean its stack, or nothing. */
export function obey(command: Command, ground: Ground): void {
  const { entries, at } = ground;
  if (!ground.mayAct && ACTS.has(command.do)) return;
  const current = entries[at];
  const { name = '', branch = null, head } = current ?? {};
  const canMove = canBeSelected(branch);
  switch (command.do) {
    case 'go':
      ground.goBy(command.by, command.extend);
      break;
    case 'stack': {
      const target = headFrom(entries, at, command.by);
      if (target) ground.goTo(target);
      break;
    }
    case 'fold':
    case 'unfold': {
      const above = head ? current : headFrom(entries, at, -1);
      if (!above?.head || (!head && (branch === null || command.do === 'unfold'))) break;
      ground.fold(above.name, command.do === 'fold');
      ground.goTo(above);
      break;
    }
    case 'restack_stack':
      restackStack(current, ground);
      break;
    case 'open':
      if (head) ground.fold(name, !head.folded);
      else if (branch) ground.show(name);
      break;
    case 'menu':
      if (head) ground.openHeadMenu(name);
      else if (branch && !branch.merged) ground.openMenu(name);
      else ground.say(`There is no menu of ${visible(name)}.`);
      break;
    case 'clear':
      if (ground.isOpen) ground.show(null);
      else ground.clear();
      break;
    case 'restack':
      if (head) restackStack(current, ground);
      else if (branch && !branch.merged && !isKept(branch)) ground.pressMain(name);
      else ground.say(`${visible(name)} cannot be restacked.`);
      break;
    case 'rebase':
      if (head) ground.say('A branch alone is rebased, not a stack.');
      else if (branch?.tracked && canMove) ground.rebase(name);
      else ground.say(`${visible(name)} cannot be rebased.`);
      break;
    case 'pick_up':
      if (head) ground.say(`${visible(head.title)} is moved by its bottom branch.`);
      else ground.pickUp(name);
      break;
    case 'select':
      if (head) ground.select(head.branches);
      else if (canMove) ground.toggle(name);
      else ground.say(`${visible(name)} cannot be selected.`);
      break;
    case 'pull_request':
      // Of a head there may be many, which its menu has.
      if (head) ground.openHeadMenu(name);
      else if (branch?.prUrl) ground.openPullRequest(branch.prUrl);
      else ground.say(`${visible(name)} has no pull request.`);
      break;
    case 'copy':
      // It copies its branches as a list.
      if (head) ground.openHeadMenu(name);
      else if (branch) ground.copy(name);
      break;
    case 'drop':
    case 'seek':
    case 'leave':
    case 'sync':
    case 'undo':
    case 'find':
      ground[command.do]();
  }
}

/**
 * Presses what restacks the whole stack that one is at: the button of its head, and where that is not shown, or has
 * none, that of the stack's bottom branch.
 */
function restackStack(current: Entry | undefined, { entries, bottomOf, pressMain, say }: Ground): void {
  const { name = '', branch = null, head } = current ?? {};
  const bottom = head ? head.restack?.name : branch?.tracked && canBeSelected(branch) ? bottomOf(name) : undefined;
  const row =
    entries.find((entry) => entry.head && entry.head.moves > 0 && entry.head.restack?.name === bottom) ??
    entries.find((entry) => entry.branch && entry.name === bottom);
  if (bottom !== undefined && row) pressMain(row.name);
  else if (!head) say(`${visible(name)} cannot be restacked.`);
  else if (head.moves === 0) say(`Nothing of ${visible(head.title)} would move.`);
  else say(`No one Restack moves all of ${visible(head.title)}: press r at a branch.`);
}
