import { type Place, repoOf, type Session } from '../../context/session';
import { EXIT } from '../../out/exit';
import { type Line, paint, table } from '../../out/line';
import { isOpen, overviewOf } from './overview';
import { standings } from './states';
import { countWords, freshness, jobRow } from './words';

/** What there is to know at once: the repository, the branch of HEAD, and the jobs that have yet to end. */
export async function status(session: Session, flags: Place) {
  const repo = await repoOf(session, flags);
  const page = await overviewOf(session, repo.id);
  const name = flags.branch ?? (flags.repo === undefined ? ((await session.clone())?.branch ?? null) : null);
  const branch = page.branches.find((row) => row.name === name) ?? null;
  const standing = branch && standings({ ...page, trunk: page.repo.trunk })(branch);
  const open = page.jobs.filter(isOpen);
  const now = Date.now();
  session.out.result({ repo: page.repo, branch, standing, openJobs: open.map(({ job }) => job) }, () => [
    freshness(page.repo, now),
    countWords(page.repo),
    ...(branch && standing
      ? [
          [
            flags.branch === undefined ? 'HEAD ' : 'branch ',
            paint('bold', branch.name),
            `: ${standing.word}${standing.detail && `: ${standing.detail}`}`,
          ] as Line,
        ]
      : name && name !== page.repo.trunk
        ? [`branch ${name}: not on the remote`]
        : []),
    ...table(open.map((detail) => jobRow(detail, now))),
  ]);
  return EXIT.ok;
}
