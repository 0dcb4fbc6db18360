/**
 * Why git would not take this as a branch name, as the second half of a sentence ("must not …"), or null where
 * it would. Pure: the rules of `git check-ref-format --branch` (git 2.39, refs.c), which also refuses a leading
 * `-` and the name HEAD.
 */
export function branchNameProblem(name: string): string | null {
  if (name === '') return 'must not be empty';
  if (name === 'HEAD') return 'must not be HEAD';
  if (name.startsWith('-')) return 'must not start with "-"';
  if (name.startsWith('/') || name.endsWith('/') || name.includes('//')) {
    return 'must not start or end with "/", nor have two in a row';
  }
  if ([...name].some((c) => c < ' ' || c === '\u007f')) return 'must not have control characters';
  const character = name.match(/[ ~^:?*[\\]/)?.[0];
  if (character) return character === ' ' ? 'must not have a space' : `must not have "${character}"`;
  for (const part of ['..', '@{']) if (name.includes(part)) return `must not have "${part}"`;
  if (name.endsWith('.')) return 'must not end with "."';
  for (const part of name.split('/')) {
    if (part.startsWith('.')) return 'must not have a part that starts with "."';
    if (part.endsWith('.lock')) return 'must not have a part that ends with ".lock"';
  }
  return null;
}
