import { canCarry } from '@/repos/kept';
import type { StackPicture } from '../layout';
import { movedWith, type WholeStack } from './rules';

/** Every branch, the trunk first, that a branch can stand on in place of what is below it now. */
export function possibleParents(branch: string, { trunk, branches, picture }: WholeStack): string[] {
  const moved = new Set(movedWith(branch, picture));
  const below = branches.find(({ name }) => name === branch)?.parent;
  const open = branches.filter((each) => canCarry(each) && !moved.has(each.name));
  return [...(trunk ? [trunk] : []), ...open.map(({ name }) => name)].filter((name) => name !== below);
}

/** What the button says that moves it, before the new parent's name. */
export function moveWords(branch: string, picture: StackPicture): string {
  const above = movedWith(branch, picture).length - 1;
  return above === 0 ? 'Move onto' : `Move it and ${above} above it onto`;
}
