import {
  GitMerge,
  GitPullRequest,
  GitPullRequestClosed,
  GitPullRequestDraft,
  type LucideIcon,
  MessageSquareWarning,
  UserCheck,
} from 'lucide-react';
import type { BranchRow } from '@/db/schema';

type PullRequestFields = Pick<BranchRow, 'prNumber' | 'prState' | 'prUrl' | 'ci' | 'review'>;

const STATES: Record<NonNullable<BranchRow['prState']>, { icon: LucideIcon; tone: string }> = {
  open: { icon: GitPullRequest, tone: 'text-completed' },
  draft: { icon: GitPullRequestDraft, tone: 'text-muted' },
  closed: { icon: GitPullRequestClosed, tone: 'text-error' },
  merged: { icon: GitMerge, tone: 'text-held' },
};

const CI = {
  success: { shape: '✓', tone: 'text-completed', word: 'CI passed' },
  failure: { shape: '✕', tone: 'text-error', word: 'CI failed' },
  pending: { shape: '•', tone: 'text-restack', word: 'CI runs' },
} as const;

const REVIEW = {
  approved: { icon: UserCheck, tone: 'text-completed', word: 'approved' },
  changes_requested: { icon: MessageSquareWarning, tone: 'text-restack', word: 'changes requested' },
  required: { icon: null, tone: 'text-muted', word: 'review required' },
} as const;

/**
 * A branch's pull request: its number and link, its state, CI and review, each by shape and colour and in the
 * title's words. Nothing where there is none.
 * @param words says state, CI and review in words too
 * @param tabbable whether Tab stops at it: not in the rows of a tree that one goes through by other keys
 */
export function PullRequest({
  branch,
  words = false,
  tabbable = true,
}: {
  branch: PullRequestFields;
  words?: boolean;
  tabbable?: boolean;
}) {
  const { prNumber, prState, prUrl } = branch;
  if (prNumber === null) return null;
  const state = prState && STATES[prState];
  const ci = branch.ci && CI[branch.ci];
  const review = branch.review && prState !== 'merged' && prState !== 'closed' ? REVIEW[branch.review] : null;
  const said = [prState, ci?.word, review?.word].filter(Boolean).join(', ');
  const name = `pull request ${prNumber}${said && `, ${said}`}`;
  const content = (
    <>
      {state && <state.icon size={12} aria-hidden className={`shrink-0 ${state.tone}`} />}#{prNumber}
      {words && prState && <span className={state?.tone}>{prState}</span>}
      {ci && (
        <span aria-hidden={!words} className={ci.tone}>
          {ci.shape}
          {words && ` ${ci.word}`}
        </span>
      )}
      {review?.icon && !words && <review.icon size={12} aria-hidden className={`shrink-0 ${review.tone}`} />}
      {review && words && <span className={review.tone}>{review.word}</span>}
    </>
  );
  const looks = `inline-flex items-center gap-1 text-xs whitespace-nowrap ${words ? 'flex-wrap gap-x-2' : 'shrink-0'}`;
  return prUrl ? (
    <a
      href={prUrl}
      target="_blank"
      data-tip={name}
      aria-label={name}
      rel="noreferrer"
      tabIndex={tabbable ? undefined : -1}
      className={`${looks} text-accent hover:underline`}
    >
      {content}
    </a>
  ) : (
    <span data-tip={name} className={`${looks} text-muted`}>
      {content}
    </span>
  );
}
