import { visible } from '@/text/visible';

/** A file's name is at most 255 bytes on all common disks, and git adds `.lock` to it. */
export const LONGEST_PART = 250;

/** What to do about a name that is none. */
export const GOOD_NAME = 'Use a name that git accepts, such as feat/login.';

/**
 * What is wrong with a branch name, in a sentence; null when git would accept it.
 * The rules are those of `git check-ref-format --branch`, and the limit of the file systems that hold refs.
 */
export function branchNameProblem(name: string): string | null {
  const say = (what: string) => `${JSON.stringify(visible(name))} cannot be a branch: ${what}.`;
  if (name === '') return 'A branch needs a name.';
  if (name === '@' || name === 'HEAD') return say('git reserves it');
  if (name.startsWith('-')) return say('it starts with "-"');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what git forbids.
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(name))
    return say('it holds a space, a control character or one of ~ ^ : ? * [ \\');
  if (name.includes('..') || name.includes('@{')) return say('it holds ".." or "@{"');
  if (name.startsWith('/') || name.endsWith('/') || name.includes('//'))
    return say('a "/" stands at its start or end, or twice in a row');
  if (name.endsWith('.')) return say('it ends with "."');
  if (name.split('/').some((part) => part.startsWith('.') || part.endsWith('.lock'))) {
    return say('a part of it starts with "." or ends with ".lock"');
  }
  if (name.split('/').some((part) => Buffer.byteLength(part) > LONGEST_PART)) {
    return say(`a part of it has more than ${LONGEST_PART} bytes, and no file can have that name`);
  }
  return null;
}

/**
 * Git keeps no `a/x` beside `a`: a name may not be the folder of another one. The branch beside which one of this name
 * cannot be; null where there is none.
 */
export function clashingBranch(name: string, others: Iterable<string>): string | null {
  for (const other of others) if (other.startsWith(`${name}/`) || name.startsWith(`${other}/`)) return other;
  return null;
}

/** A branch name made from a title: `Fix the cart's total!` becomes `task/fix-the-cart-s-total`. */
export function branchNameFor(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return `task/${(words ?? ['untitled']).join('-').slice(0, 60).replace(/-$/, '')}`;
}
