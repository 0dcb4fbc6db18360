import type { History } from './history';

/** What is known about where a branch stands. */
export interface BaseQuestion {
  tip: string;
  /** Tip of the parent; null where there is none that we know. */
  parentTip: string | null;
  /** The recorded base, if there is one. */
  recorded: string | null;
  /** Whether a person has named that base: then only what is landed, or in the parent now, is later. */
  isNamed?: boolean;
  /** Tips that the parent was seen at, newest first. */
  parentTips: string[];
  /** Up to where commits have landed that the branch may hold: its own, and those of branches that are in its parent. */
  landed?: ReadonlySet<string> | undefined;
  /** Commits of which it is known that they are its own, although its parent had them for a while. */
  ownAgain?: ReadonlySet<string> | undefined;
  /** Commits of the parent that had brought its own work, and which the parent has thrown out since. */
  thrownOut?: readonly string[] | undefined;
  /** Tips of merged branches that it stood on, the nearest first: it stands on the parent in their place. */
  mergedTips?: readonly string[] | undefined;
  /** Whether it was seen with commits of its own before, which it still holds. */
  hadWork?: boolean;
}

/**
 * The base of a branch: the commit of the parent that it stands on. What is above is the branch's own work; what is
 * below was the parent's, so a commit that was removed from the parent is removed from under the branch too.
 *
 * It is the merge base with the parent, or, where one of these is later in the branch's history, the latest of them:
 * the recorded base, the newest tip of the parent that the branch holds, and the ends of what has landed. A parent that
 * was only moved back hands its commits down: then only what has landed is later than the parent's tip. A merged one that
 * was moved back hands them down too, for all of it that has landed is below. And what had brought the branch's own work
 * into the parent stays with the branch when the parent throws it out, with all that came on top of it.
 *
 * A branch whose work was taken into its parent keeps that work as its own, so that it can still be seen as merged;
 * one that never had any stands on its own tip.
 *
 * @returns null where the branch has nothing in common with its parent.
 */
export function baseOf(history: History, question: BaseQuestion): string | null {
  const { tip, parentTip, recorded, isNamed, parentTips, landed, hadWork } = question;
  const { ownAgain, thrownOut = [], mergedTips = [] } = question;
  if (!history.has(tip)) return recorded;
  const isHandedDown = !isNamed && parentTip !== null && history.isAncestor(parentTip, tip);
  if (recorded === tip && !isHandedDown && !isLeftBehind(history, tip, mergedTips, landed)) return recorded;
  const recordedIsBelow = recorded !== null && history.isAncestor(recorded, tip);
  const newestSeen = parentTips.find((seen) => seen !== tip && history.isAncestor(seen, tip));
  const [stoodOn] = mergedTips;
  const isMovedBack = stoodOn !== undefined && history.isAncestor(stoodOn, tip);
  const wasParents = (commit: string) => commit === newestSeen || (commit === recorded && !isMovedBack);
  const isOwnAgain = (commit: string) =>
    ownAgain?.has(commit) === true || thrownOut.some((out) => history.isAncestor(out, commit));
  const isParents = (commit: string) =>
    landed?.has(commit) === true || (!isHandedDown && wasParents(commit) && !isOwnAgain(commit));
  // What the parent's tip holds too is not later than the merge base, so only the rest has to be searched.
  const own = history.ownCommits(tip, parentTip === null ? [] : [parentTip]);
  const latest = own.find((commit) => commit !== tip && isParents(commit));
  if (latest) return latest;
  const mergeBase = parentTip === null ? null : history.mergeBase(tip, parentTip);
  if (mergeBase === tip && hadWork && recordedIsBelow) return recorded;
  return mergeBase;
}

/**
 * Whether a branch without work of its own holds what the merged one that it stood on was moved back from: the tip that
 * it stands on is nobody's any more.
 */
function isLeftBehind(
  history: History,
  tip: string,
  [merged]: readonly string[],
  landed: ReadonlySet<string> | undefined,
): boolean {
  return merged !== undefined && merged !== tip && !landed?.has(tip) && history.isAncestor(merged, tip);
}
