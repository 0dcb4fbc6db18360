import { branchNameProblem } from '@/repos/branch-name';

/** The flags that several commands share, and how what is given is read. */

export const flag = (brief: string) => ({ kind: 'boolean', brief, optional: true, withNegated: false }) as const;
export const text = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: given, brief, placeholder, optional: true }) as const;

/** What is given by a flag or an argument. @throws Error where it is nothing */
export function given(input: string): string {
  if (input.trim() === '') throw new Error('it is empty');
  return input;
}

/** The name of a branch. @throws Error where git has no such names */
export function branchName(input: string): string {
  const problem = branchNameProblem(input);
  if (problem) throw new Error(problem);
  return input;
}
export const branchFlag = (brief: string) =>
  ({ kind: 'parsed', parse: branchName, brief, placeholder: 'branch', optional: true }) as const;

/** The id of a commit, or its first digits. @throws Error where it is none */
export function commit(input: string): string {
  if (!/^[0-9a-f]{7,64}$/i.test(input)) throw new Error('it is no id of a commit: 7 to 64 of the digits 0-9 and a-f');
  return input;
}

/** A whole number within bounds. @throws Error where it is none */
const whole = (from: number, to: number) => (input: string) => {
  const number = /^\d{1,15}$/.test(input) ? Number(input) : Number.NaN;
  if (number >= from && number <= to) return number;
  const bounds = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  throw new Error(`"${input}" is no whole number ${bounds}`);
};
export const number = (brief: string, { from = 1, to = Number.MAX_SAFE_INTEGER, placeholder = 'n' } = {}) =>
  ({ kind: 'parsed', parse: whole(from, to), brief, placeholder, optional: true }) as const;

export const JSON_FLAG = flag('The result as one JSON object; a line each where it is a stream');
export const REPO = text('Name, address or id; that of this clone unless given', 'repo');
export const BRANCH = branchFlag('Branch; that of HEAD unless given');
export const YES = flag('Do it although something would stay behind or go away');
export const NO_WAIT = flag('Say the number of the job and end');
const DRY_RUN = flag('Say what would be done, and do nothing');

/** Of an action on a repository, or on what its arguments name. */
export const ACT = { json: JSON_FLAG, repo: REPO, yes: YES, noWait: NO_WAIT, dryRun: DRY_RUN } as const;
/** Of an action on the branch of HEAD, or another one. */
export const ACT_ON_BRANCH = { ...ACT, branch: BRANCH } as const;

/** A forecast is an action that is never run. */
export const FORECAST = {
  dryRun: { kind: 'boolean', brief: 'Always so', default: true, hidden: true, withNegated: false },
} as const;

/** The letters of flags, the same with each command that has them. */
const LETTERS = {
  repo: 'r',
  branch: 'b',
  yes: 'y',
  dryRun: 'n',
  parent: 'p',
  patch: 'p',
  wait: 'w',
  follow: 'f',
};

/** The letters of the flags that a command shows, each with its flag. Pure. */
export function lettersOf(flags: Record<string, { kind: string; hidden?: boolean }>): Record<string, string> {
  const shown = Object.entries(LETTERS).filter(([name]) => flags[name] && !flags[name].hidden);
  return Object.fromEntries(shown.map(([name, letter]) => [letter, name]));
}
