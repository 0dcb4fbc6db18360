import { StatusShape } from '../jobs/status';
import { Dot, stateTone } from '../stack/dot';
import type { RepoState } from './repo-state';

/** How a repo stands, as one shape: a branch's dot, or what its failed sync has. What it means is said beside it. */
export function RepoMark({ mark }: { mark: RepoState['mark'] }) {
  if (mark === 'error') {
    return (
      <span className="text-error">
        <StatusShape status="error" />
      </span>
    );
  }
  return (
    <svg viewBox="-6 -6 12 12" width={12} height={12} aria-hidden className={`shrink-0 ${stateTone[mark]}`}>
      <Dot state={mark} />
    </svg>
  );
}
