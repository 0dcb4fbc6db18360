import { may } from '@/access/may';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import type { Role } from '@/model/access';
import type { ActionKind } from '@/model/kinds';
import { visible } from '@/text/visible';
import { historyAddress } from '../activity/address';
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
  does: { go: string } | { leave: string } | { run: Run } | { move: string } | { theme: Theme };
}

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
  /** How many branches a Restack of the whole repo moves. */
  moves: number;
  /** What is asked before that is done; null where nothing is. */
  question: string | null;
}

/** Everything that the palette offers to who may do so much: pages, repos, what can be done, branches and jobs, in this order. */
export function itemsOf(repos: Array<Pick<RepoRow, 'id' | 'name'>>, here: Here | null, role: Role): Item[] {
  const mayAdminister = may({ role }, 'administer');
  return everything(repos, here).filter(({ key, does }) => {
    if ('run' in does || 'move' in does) return may({ role }, 'act');
    return mayAdminister || !FOR_ADMINISTRATORS.has(key);
  });
}

const FOR_ADMINISTRATORS = new Set(['add', 'access', 'page /settings']);

function everything(repos: Array<Pick<RepoRow, 'id' | 'name'>>, here: Here | null): Item[] {
  const items: Item[] = [];
  if (here) {
    const { repo, jobs, moves } = here;
    const run = (text: string, what: Omit<Run, 'repoId'>) =>
      items.push({ key: what.kind, text, kind: `action on ${repo.name}`, does: { run: { repoId: repo.id, ...what } } });
    run('Sync', { kind: 'sync_repo', move: false });
    if (moves > 0) run(`Restack ${moves}`, { kind: 'restack_repo' });
    for (const { job } of jobs.filter(({ job: { status } }) => isActive(status))) items.push(jobItem(job));
    items.push(page('Stack', repo, ''), page('Activity', repo, '/activity'), page('Settings', repo, '/settings'));
  }
  for (const repo of repos) {
    items.push({ key: `repo ${repo.id}`, text: repo.name, kind: 'repository', does: { go: `/repos/${repo.id}` } });
  }
  items.push({ key: 'add', text: 'Add a repository', kind: 'page', does: { go: '/' } });
  items.push({ key: 'access', text: 'Access', kind: 'page', does: { go: '/access' } });
  items.push({ key: 'status', text: 'Status', kind: 'page', does: { go: '/status' } });
  for (const theme of THEMES)
    items.push({ key: `theme ${theme}`, text: `Theme: ${theme}`, kind: 'setting', does: { theme } });
  if (here) {
    for (const branch of here.branches) items.push(...branchItems(here.repo.id, branch));
    for (const { job } of here.jobs.filter(({ job: { status } }) => !isActive(status))) items.push(jobItem(job));
  }
  return items;
}

function page(text: string, repo: Here['repo'], end: string): Item {
  return { key: `page ${end}`, text, kind: `page of ${repo.name}`, does: { go: `/repos/${repo.id}${end}` } };
}

function jobItem(job: JobDetail['job']): Item {
  return {
    key: job.id,
    text: `#${job.seq} ${intent(job)}`,
    kind: `job, ${job.status}`,
    does: { go: jobAddress(job.id) },
  };
}

function branchItems(repoId: string, branch: BranchRow): Item[] {
  const { name } = branch;
  const shown = visible(name);
  const run = (text: string, kind: ActionKind): Item => ({
    key: `${kind} ${name}`,
    text: `${text} ${shown}`,
    kind: 'action',
    does: { run: { repoId, kind, branch: name } },
  });
  const actions: Item[] = !isLive(branch)
    ? []
    : branch.tracked
      ? [
          run('Restack', 'restack_subtree'),
          run('Rebase', 'rebase_branch'),
          { key: `move ${name}`, text: `Move ${shown} onto…`, kind: 'action', does: { move: name } },
        ]
      : [run('Register', 'register_existing_branch')];
  return [
    {
      key: `branch ${name}`,
      text: shown,
      kind: 'branch',
      does: { go: branchAddress(repoId, name) },
    },
    ...actions,
    {
      key: `history ${name}`,
      text: `History of ${shown}`,
      kind: 'page',
      does: { go: historyAddress(repoId, { branch: name }) },
    },
    ...(branch.prUrl
      ? [
          {
            key: `pr ${name}`,
            text: `Pull request #${branch.prNumber} of ${shown}`,
            kind: 'link',
            does: { leave: branch.prUrl },
          },
        ]
      : []),
  ];
}

/**
 * The items that hold every word of what was typed, best first: those that are it, then those that begin with it,
 * then those with a word or a part of a name that begins with its last word, each in the given order.
 */
export function search(items: Item[], typed: string): Item[] {
  const whole = typed.trim().toLowerCase();
  const words = whole.split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, SHOWN);
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

function beginsPart(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || /[\s/._#-]/.test(text.charAt(at - 1))) return true;
  }
  return false;
}
