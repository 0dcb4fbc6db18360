/**
 * What is said against a branch that an action names, once for requests, which know the cached rows, and for jobs,
 * which know fresh ones.
 */
export interface BranchWords {
  message: string;
  /** What to do. */
  hint: string;
}

export function unknownBranch(name: string, wasDeleted = false): BranchWords {
  return {
    message: wasDeleted ? `${name} was deleted on the remote.` : `The remote has no branch ${name}.`,
    hint: `Push ${name}, or choose another branch.`,
  };
}

/** A new branch cannot have the name. */
export function nameIsTaken(name: string): BranchWords {
  return { message: `There is a branch ${name} already.`, hint: 'Choose another name.' };
}

/** @param there a branch whose name would be the folder of the new one's, or the other way round */
export function clashes(name: string, there: string): BranchWords {
  return {
    message: `Git cannot have ${name} beside ${there}: one would be the folder of the other.`,
    hint: 'Choose another name.',
  };
}

export function notTracked(name: string): BranchWords {
  return { message: `${name} is not tracked: its parent is not known.`, hint: `Register ${name} first.` };
}

export function nothingToUntrack(name: string): BranchWords {
  return { ...notTracked(name), hint: 'There is nothing to untrack.' };
}

export function nothingToRestore(name: string): BranchWords {
  return { message: `${name} is not gone from the remote.`, hint: 'There is nothing to restore.' };
}

export function nothingToForget(name: string): BranchWords {
  return { message: `${name} is not gone from the remote.`, hint: 'Delete it there, then sync.' };
}

export function isTrunk(name: string): BranchWords {
  return { message: `${name} is the trunk: it is followed, never moved.`, hint: 'Name a branch on top of it.' };
}

/** @param why as `keptWords` says it */
export function isLongLived(name: string, why: string): BranchWords {
  return {
    message: `${name} is a long-lived branch, which no action moves: it ${why}.`,
    hint: `Others can stand on it as it is. If it is one to move, let it go first (branches.update with kept: false).`,
  };
}

/** The parent is the branch itself, or one above it. */
export function wouldStandOnItself(branch: string, parent: string): BranchWords {
  return {
    message: branch === parent ? `${branch} cannot stand on itself.` : `${parent} stands on ${branch}.`,
    hint: 'Choose a parent that does not stand on the branch, or the trunk.',
  };
}
