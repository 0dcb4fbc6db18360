import type { BranchRow } from '@/db/schema';
import { type BranchState, STATE_FILTERS } from '@/repos/branch-state';
import { isBot } from '../../author/bot';

/** What of a branch can be looked for. */
export type Findable = Pick<
  BranchRow,
  'name' | 'subject' | 'author' | 'committedAt' | 'prNumber' | 'prState' | 'ci' | 'review'
>;

type Keeps = (branch: Findable, state: BranchState) => boolean;

/** What somebody looks for. */
export interface Sought {
  keeps: Keeps;
  /** A word that cannot be understood, and what it could be; such a word keeps nothing. */
  problem: string | null;
}

/** What words mean depends on who looks, and when. */
export interface Looker {
  /** The author that `author:me` stands for; null where nobody has said it. */
  author: string | null;
  /** Milliseconds. */
  now: number;
}

/** What such a word may be followed by; `__proto__` and its like are typed too, and are nothing. */
function known<T>(table: Record<string, T>, value: string): T | undefined {
  return Object.hasOwn(table, value) ? table[value] : undefined;
}

/** Where a filter of the stack has a word here too, both keep the same: there is one number of what is held back. */
const STATES: Record<string, (state: BranchState) => boolean> = {
  conflict: STATE_FILTERS.conflicts,
  held: STATE_FILTERS.held_back,
  blocked: ({ is }) => is === 'blocked',
  orphan: ({ is }) => is === 'parent_gone' || is === 'unrelated',
  moving: ({ is }) => is === 'moving',
  restack: STATE_FILTERS.needs_restack,
  clean: ({ is }) => is === 'in_place',
  untracked: STATE_FILTERS.untracked,
  merged: STATE_FILTERS.merged,
  gone: ({ is }) => is === 'gone',
  kept: ({ is }) => is === 'long_lived',
};

const PULL_REQUESTS: Record<string, (branch: Findable) => boolean> = {
  any: ({ prNumber }) => prNumber !== null,
  none: ({ prNumber }) => prNumber === null,
  open: ({ prState }) => prState === 'open',
  draft: ({ prState }) => prState === 'draft',
  closed: ({ prState }) => prState === 'closed',
  merged: ({ prState }) => prState === 'merged',
  approved: ({ review }) => review === 'approved',
  changes: ({ review }) => review === 'changes_requested',
  red: ({ ci }) => ci === 'failure',
  green: ({ ci }) => ci === 'success',
};

const UNITS: Record<string, number> = {
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  m: 2_592_000_000,
  y: 31_536_000_000,
};

/**
 * Understands what is typed into Find: words of names and subjects, and `author:`, `is:`, `pr:` and `age:`. All of it
 * has to be true of a branch; `-` before a word turns it around; what has spaces stands in quotes. Case makes no
 * difference, and what only looks like such a word is a word as any other.
 */
export function sought(text: string, looker: Looker): Sought {
  let problem: string | null = null;
  const all = [...text.matchAll(/(-?)((?:"[^"]*"?|[^\s"])+)/g)].map(([, minus, word = '']): Keeps => {
    const meant = meaning(word, looker);
    if ('problem' in meant) {
      problem ??= meant.problem;
      return () => false;
    }
    return minus && word ? (branch, state) => !meant.keeps(branch, state) : meant.keeps;
  });
  return { keeps: (branch, state) => all.every((keeps) => keeps(branch, state)), problem };
}

function meaning(word: string, { author, now }: Looker): { keeps: Keeps } | { problem: string } {
  const [, key = '', quoted = ''] = /^(author|is|pr|age):(.*)$/is.exec(word) ?? [];
  const value = quoted.replaceAll('"', '').toLowerCase();
  switch (key.toLowerCase()) {
    case 'author': {
      if (value === 'me' && author === null)
        return { problem: 'author:me needs to know who you are: choose “Mine” first.' };
      if (value === 'agents') return { keeps: (branch) => isBot(branch.author) };
      const name = value === 'me' ? (author ?? '').toLowerCase() : value;
      return { keeps: (branch) => branch.author.toLowerCase().includes(name) };
    }
    case 'is': {
      const is = known(STATES, value);
      return is ? { keeps: (_, state) => is(state) } : { problem: `is: takes ${Object.keys(STATES).join(', ')}.` };
    }
    case 'pr': {
      if (/^#?\d+$/.test(value)) return { keeps: ({ prNumber }) => prNumber === Number(value.replace('#', '')) };
      const has = known(PULL_REQUESTS, value);
      return has ? { keeps: has } : { problem: `pr: takes a number, ${Object.keys(PULL_REQUESTS).join(', ')}.` };
    }
    case 'age': {
      const [, sign, count, unit = ''] = /^([<>])(\d+)([hdwmy])$/.exec(value) ?? [];
      const limit = Number(count) * (UNITS[unit] ?? Number.NaN);
      if (!sign || Number.isNaN(limit)) return { problem: 'age: takes >7d or <2w, in h, d, w, m or y.' };
      return {
        keeps: ({ committedAt }) => {
          if (committedAt === null) return false;
          const age = now - Date.parse(committedAt);
          return sign === '>' ? age > limit : age < limit;
        },
      };
    }
    default: {
      const part = word.replaceAll('"', '').toLowerCase();
      return {
        keeps: ({ name, subject }) => name.toLowerCase().includes(part) || subject.toLowerCase().includes(part),
      };
    }
  }
}
