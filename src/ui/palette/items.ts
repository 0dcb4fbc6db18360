import { may } from '@/access/may';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { Role } from '@/model/access';
import type { ActionKind } from '@/model/kinds';
import { visible } from '@/text/visible';
import { historyAddress } from '../activity/address';
import { STATUS_WORDS } from '../activity/words';
import { branchAddress } from '../branch/address';
import { jobAddress } from '../job-link';
import { isActive } from '../jobs/active';
import { intent } from '../jobs/words';
import { isLive } from '../stack/state';
import { THEMES, type Theme } from '../themes';

/** More are found by typing. */
export const SHOWN = 50;

/** Something that the palette offers. */
export interface Item {
  /** Tells it from the others. */
  key: string;
  /** What it says, and what is searched. */
  text: string;
  /** What it is, in a word or two, beside it. */
  kind: string;
  /** Under which words it stands. */
  group: Group;
  /** The key that does the same on the page. */
  keys?: string;
  does: { go: string } | { leave: string } | { run: Run } | { undo: string } | { move: string } | { theme: Theme };
}

type Group = 'Recent' | 'Do' | 'Go to' | 'Branches' | 'Jobs' | 'Settings';

/** An action as `jobs.run` takes it. */
export interface Run {
  repoId: string;
  kind: ActionKind;
  branch?: string;
  parent?: string;
  suggested?: true;
  move?: boolean;
}

/** What is loaded of the repo that one is at. */
export interface Here {
  repo: Pick<RepoRow, 'id' | 'name' | 'trunk'>;
  branches: BranchRow[];
  jobs: JobDetail[];
  /** The newest job that can be undone; null where none can. */
  undoable: JobDetail['job'] | null;
  /** How many branches a Restack of the whole repo moves, and one of a branch, by its name. */
  moves: number;
  movesOf: ReadonlyMap<string, number>;
}

/** Everything that the palette offers to who may do so much: pages, repos, what can be done, branches and jobs, in this order. */
export function itemsOf(repos: Array<Pick<RepoRow, 'id' | 'name'>>, here: Here | null, role: Role): Item[] {
  const mayAdminister = may({ role }, 'administer');
  return everything(repos, here).filter(({ key, does }) => {
    if ('run' in does || 'undo' in does || 'move' in does || key === 'task') return may({ role }, 'act');
    return mayAdminister || !FOR_ADMINISTRATORS.has(key);
  });
}

const FOR_ADMINISTRATORS = new Set(['add', 'access', 'page /settings']);

function everything(repos: Array<Pick<RepoRow, 'id' | 'name'>>, here: Here | null): Item[] {
  const items: Item[] = [];
  if (here) {
    const { repo, jobs, moves, undoable } = here;
    const of = { kind: `in ${repo.name}`, group: 'Do' } as const;
    const run = (text: string, what: Omit<Run, 'repoId'>): Item => ({
      ...{ ...of, key: what.kind, text, does: { run: { repoId: repo.id, ...what } } },
    });
    items.push({ ...run('Sync', { kind: 'sync_repo', move: false }), keys: 's' });
    if (moves > 0) items.push(run(`Restack ${moves}`, { kind: 'restack_repo' }));
    items.push({ ...of, key: 'task', text: 'New task', does: { go: `/repos/${repo.id}?part=tasks&task=new` } });
    if (undoable) {
      // By what it undoes nobody looks for it: who types that wants the job itself.
      const text = `Undo #${undoable.seq}`;
      items.push({ ...of, key: `undo ${undoable.id}`, text, kind: intent(undoable), does: { undo: undoable.id } });
    }
    for (const { job } of jobs.filter(({ job: { status } }) => isActive(status))) items.push(jobItem(job));
    items.push(
      { ...page('Needs you', repo, '/needs'), keys: 'g n' },
      { ...page('Stack', repo, ''), keys: 'g s' },
      { ...page('Activity', repo, '/activity'), keys: 'g a' },
      page('Settings', repo, '/settings'),
    );
  }
  const goTo = (key: string, text: string, kind: string, address: string): Item => ({
    ...{ key, text, kind, group: 'Go to', does: { go: address } },
  });
  for (const repo of repos) items.push(goTo(`repo ${repo.id}`, repo.name, 'repository', `/repos/${repo.id}`));
  items.push(
    goTo('add', 'Add a repository', 'page', '/'),
    goTo('access', 'Access', 'page', '/access'),
    goTo('status', 'Status', 'page', '/status'),
  );
  for (const theme of THEMES)
    items.push({ key: `theme ${theme}`, text: `Theme: ${theme}`, kind: 'setting', group: 'Settings', does: { theme } });
  if (here) {
    for (const branch of here.branches) items.push(...branchItems(here, branch));
    for (const { job } of here.jobs.filter(({ job: { status } }) => !isActive(status))) items.push(jobItem(job));
  }
  return items;
}

function page(text: string, repo: Here['repo'], end: string): Item {
  const does = { go: `/repos/${repo.id}${end}` };
  return { key: `page ${end}`, text, kind: `page of ${repo.name}`, group: 'Go to', does };
}

function jobItem(job: JobDetail['job']): Item {
  return {
    key: job.id,
    text: `#${job.seq} ${intent(job)}`,
    kind: STATUS_WORDS[job.status].toLowerCase(),
    group: 'Jobs',
    does: { go: jobAddress(job.id) },
  };
}

function branchItems({ repo: { id: repoId }, movesOf }: Here, branch: BranchRow): Item[] {
  const { name } = branch;
  const moves = movesOf.get(name) ?? 0;
  const shown = visible(name);
  const run = (text: string, kind: ActionKind, keys?: string, what = 'action'): Item => ({
    key: `${kind} ${name}`,
    text: `${text} ${shown}`,
    kind: what,
    group: 'Branches',
    ...(keys ? { keys } : {}),
    does: { run: { repoId, kind, branch: name } },
  });
  const actions: Item[] = !isLive(branch)
    ? []
    : branch.tracked
      ? [
          ...(moves > 0 ? [run('Restack', 'restack_subtree', 'r', `moves ${moves}`)] : []),
          run('Rebase', 'rebase_branch', 'b'),
          {
            ...{ key: `move ${name}`, text: `Move ${shown} onto…`, kind: 'action', group: 'Branches', keys: 'p' },
            does: { move: name },
          },
        ]
      : [run('Register', 'register_existing_branch')];
  return [
    {
      key: `branch ${name}`,
      text: shown,
      kind: 'branch',
      group: 'Branches',
      does: { go: branchAddress(repoId, name) },
    },
    ...actions,
    {
      key: `history ${name}`,
      text: `History of ${shown}`,
      kind: 'page',
      group: 'Branches',
      does: { go: historyAddress(repoId, { branch: name }) },
    },
    ...(branch.prUrl
      ? [
          {
            key: `pr ${name}`,
            text: `Pull request #${branch.prNumber} of ${shown}`,
            kind: 'link',
            group: 'Branches' as const,
            keys: 'o',
            does: { leave: branch.prUrl },
          },
        ]
      : []),
  ];
}

/**
 * The items that hold every word of what was typed, best first: those that are it, then those that begin with it,
 * then those with a word or a part of a name that begins with its last word, each in the given order. Where nothing is
 * typed, what was chosen last goes first.
 * @param recent keys, the newest first
 */
export function search(items: Item[], typed: string, recent: readonly string[] = []): Item[] {
  const whole = typed.trim().toLowerCase();
  const words = whole.split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    const again = recent.flatMap((key): Item[] => {
      const item = items.find((each) => each.key === key);
      return item ? [{ ...item, group: 'Recent' }] : [];
    });
    const known = new Set(again.map(({ key }) => key));
    return [...again, ...items.filter(({ key }) => !known.has(key))].slice(0, SHOWN);
  }
  const last = words.at(-1) ?? '';
  const ranks: Item[][] = [[], [], [], []];
  for (const item of items) {
    const text = item.text.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    const rank = text === whole ? 0 : text.startsWith(whole) ? 1 : beginsPart(text, last) ? 2 : 3;
    ranks[rank]?.push(item);
  }
  return ranks.flat().slice(0, SHOWN);
}

/**
 * What is asked of the item that was chosen, as things are now; where nothing is to be asked of it any more, what it does
 * is. Null where none was chosen, or what was is not offered any more.
 * @param sure its key
 */
export function questionAt(
  items: readonly Item[],
  sure: string | null,
  questionOf: (does: Item['does']) => string | null,
): string | null {
  const item = items.find(({ key }) => key === sure);
  return item ? (questionOf(item.does) ?? `${item.text}?`) : null;
}

/** What was found, under the words that it stands under: what holds the best goes first. */
export function grouped(items: readonly Item[]): Array<{ value: Group; items: Item[] }> {
  const groups = new Map<Group, Item[]>();
  for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  return [...groups].map(([value, of]) => ({ value, items: of }));
}

function beginsPart(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || /[\s/._#-]/.test(text.charAt(at - 1))) return true;
  }
  return false;
}
