import type { FailedJob } from '@/model/failures';
import type { VersionedNeed } from '@/model/needs';
import { visible, visibleInLine } from '@/text/visible';
import { counted, listed } from '@/text/words';
import { KIND_WORDS } from '../activity/words';
import { branchAddress, CHOOSE_PARENT } from '../branch/address';
import { jobAddress } from '../job-link';
import type { RepoList } from '../repos/repo-list';
import { pushQuestion } from '../stack/groups/question';

/** A repo as the list of repos has it. */
export type Repo = RepoList['repos'][number];

/** What pressing the button of an item does. */
export type Does =
  | {
      run: {
        kind: 'restack_subtree' | 'reparent_branch' | 'register_existing_branch';
        branch?: string;
        parent?: string;
        suggested?: true;
      };
    }
  /** An address; `outside` leads to the forge. */
  | { go: string; outside?: true }
  /** The job that is tried again. */
  | { retry: string };

/** One thing that a repo wants of a person: a sentence and a button. */
export interface Item {
  key: string;
  version: string;
  section: Section;
  repo: Pick<Repo, 'id' | 'name' | 'activeJobs'>;
  words: string;
  button: string;
  does: Does;
  /** What is to be confirmed before it is done. */
  question?: string | null;
  /** Nothing has said what comes of it yet, so its forecast is told before it is done. */
  foresee?: boolean;
  /** Another way. */
  other?: { words: string; go: string };
}

/** In the order in which they are shown. */
export const SECTIONS = {
  conflicts: 'Conflicts',
  parent_gone: 'Parent gone',
  unrelated: 'No history in common',
  too_large: 'Too large to compare',
  restack: 'Ready to restack',
  register: 'New branches',
  reviews: 'Reviews and CI',
  failed: 'Failed jobs',
  drafts: 'Drafts of tasks',
} as const;
export type Section = keyof typeof SECTIONS;

/**
 * What the repos want, by section. What the list of repos does not know of one yet is not there.
 * @param drafts by repo, the title of the task that somebody has begun in this browser
 */
export function itemsOf(repos: readonly Repo[], drafts: ReadonlyMap<string, string>): Item[] {
  const items = repos.flatMap((repo) => [
    ...(repo.counts?.needs ?? []).map((need) => ofNeed(repo, need, repo.counts?.tipsKey !== undefined)),
    ...(repo.failures ?? []).map((job) => failed(repo, job)),
    ...draft(repo, drafts.get(repo.id)),
  ]);
  const order = Object.keys(SECTIONS);
  return items.sort((a, b) => order.indexOf(a.section) - order.indexOf(b.section));
}

function failed(repo: Repo, { id, seq, kind, branch, message }: FailedJob): Item {
  return {
    ...{ key: `${repo.id} failed ${seq}`, version: id, section: 'failed', repo },
    words: visible(`#${seq} ${KIND_WORDS[kind]} failed${branch === null ? '' : ` on ${branch}`}: ${message}`),
    button: 'Retry',
    does: { retry: id },
    other: { words: 'See it', go: jobAddress(id) },
  };
}

function draft(repo: Repo, title: string | undefined): Item[] {
  if (title === undefined) return [];
  const words = title ? `“${title}” is not created yet` : 'A task is begun and not created yet';
  const does = { go: `/repos/${repo.id}` };
  return [{ key: `${repo.id} draft`, version: title, section: 'drafts', repo, words, button: 'Go on', does }];
}

/** @param isForeseen whether a forecast of the branches as they are has said it */
function ofNeed(repo: Repo, need: VersionedNeed, isForeseen: boolean): Item {
  const { version } = need;
  const of = (section: Section, about: string) => ({ key: `${repo.id} ${section} ${about}`, version, section, repo });
  switch (need.kind) {
    case 'conflict': {
      const { branch, onto, files, blocks } = need;
      const where = files.length > 0 ? ` in ${listed(files)}` : '';
      return {
        ...of('conflicts', branch),
        words: visibleInLine(`${branch} conflicts with ${onto}${where}${blocks > 0 ? `; blocks ${blocks}` : ''}`),
        button: 'Open',
        does: { go: branchAddress(repo.id, branch) },
      };
    }
    case 'parent_gone': {
      const { branch, parent, onto } = need;
      return {
        ...of('parent_gone', branch),
        words: visible(`${branch} stood on ${parent}, which is gone`),
        button: visible(`Move onto ${onto}`),
        does: { run: { kind: 'reparent_branch', branch, parent: onto } },
        question: null,
        foresee: true,
        other: { words: 'Choose…', go: `${branchAddress(repo.id, branch)}${CHOOSE_PARENT}` },
      };
    }
    case 'unrelated': {
      const { branch, parent } = need;
      return {
        ...of('unrelated', branch),
        words: visible(`${branch} has no commit in common with ${parent}`),
        button: 'Open',
        does: { go: branchAddress(repo.id, branch) },
      };
    }
    case 'too_large': {
      const { branch, blocks } = need;
      return {
        ...of('too_large', branch),
        words: visible(`${branch} changes more than can be compared${blocks > 0 ? `; blocks ${blocks}` : ''}`),
        button: 'Open',
        does: { go: branchAddress(repo.id, branch) },
      };
    }
    case 'restack': {
      const { branch, name, branches, moves, heldBack, conflicts = 0, cost } = need;
      const lost = cost?.lost ?? 0;
      const rest = [
        ...(conflicts > 0 ? [counted(conflicts, 'conflict')] : []),
        ...(heldBack > conflicts ? [`${heldBack - conflicts} held back`] : []),
        ...(lost > 0 ? [`leaves ${counted(lost, 'commit')} on no branch`] : []),
      ];
      return {
        ...of('restack', branch),
        words: visible(
          // That nothing speaks against it is said only where it was asked.
          [name, counted(branches, 'branch', 'branches'), ...(rest.length === 0 && isForeseen ? ['clean'] : rest)].join(
            ' · ',
          ),
        ),
        button: `Restack ${moves}`,
        does: { run: { kind: 'restack_subtree', branch } },
        question: pushQuestion(cost ?? { branches: moves, approvals: 0, runs: 0 }),
        // Which commits those are is told before it is done; where nobody has looked yet, whether there are any.
        foresee: lost > 0 || !isForeseen,
      };
    }
    case 'register': {
      const { branches } = need;
      return {
        ...of('register', ''),
        words: `${counted(branches, 'branch', 'branches')} can be registered where ${branches === 1 ? 'it seems' : 'they seem'} to stand`,
        button: `Register ${branches}`,
        does: { run: { kind: 'register_existing_branch', suggested: true } },
        other: { words: 'Review', go: `/repos/${repo.id}?filter=untracked` },
      };
    }
    case 'review': {
      const { branch, number, url, changesRequested, failed: isRed } = need;
      const said = [...(changesRequested ? ['changes requested'] : []), ...(isRed ? ['checks failed'] : [])];
      return {
        ...of('reviews', branch),
        words: visible(`${branch}: ${said.join(', ')}`),
        button: `Open #${number}`,
        does: { go: url, outside: true },
      };
    }
  }
}

/** What of the items is shown: what was hidden is, once it has changed. */
export function shownOf(items: readonly Item[], hidden: Readonly<Record<string, string>>): Item[] {
  return items.filter(({ key, version }) => hidden[key] !== version);
}
