import { forecastOf } from '../../context/forecast';
import { type Place, repoOf, type Session } from '../../context/session';
import { EXIT } from '../../out/exit';
import { overviewOf } from './overview';
import { stackPicture } from './stack-picture';
import { freshness } from './words';

/** The stacks of a repository as a picture. */
export async function stack(session: Session, flags: Place, given?: string) {
  const repo = await repoOf(session, { repo: given ?? flags.repo });
  const { forecast } = await forecastOf(session, { repoId: repo.id, kind: 'restack_repo' });
  const page = await overviewOf(session, repo.id);
  const head = (given ?? flags.repo) === undefined ? ((await session.clone())?.branch ?? null) : null;
  const { trunk, trunkTip } = page.repo;
  session.out.say(freshness(page.repo, Date.now()));
  session.out.result({ repo: page.repo, branches: page.branches, forecast }, () =>
    stackPicture({
      trunk,
      trunkTip,
      branches: page.branches,
      jobs: page.jobs,
      restack: forecast?.outline ? { outline: forecast.outline, stale: forecast.stale } : page.restack,
      head,
    }),
  );
  return EXIT.ok;
}
