import type { Session } from '../../context/session';
import { EXIT } from '../../out/exit';
import { paint, table } from '../../out/line';
import { countWords } from './words';

export async function repos(session: Session, _flags: object) {
  const { repos: all } = await session.client().repos.list({ signal: session.signal });
  session.out.result({ repos: all }, () =>
    table(
      all.map((repo) => [[paint('bold', repo.name)], repo.trunk ?? '–', countWords(repo), [paint('dim', repo.url)]]),
    ),
  );
  if (all.length === 0) session.out.say('There is no repository yet: spicerack add <address>');
  return EXIT.ok;
}
