import type { ForecastOutline } from '@/model/forecast';
import { commitWords } from './commit-words';

/** As many are looked at by anybody; the job has them all. */
const SHOWN = 50;

/** What an action would take from branches or give them, by commit; nothing where it would not. */
export function CommitList({ outline }: { outline: ForecastOutline }) {
  const commits = commitWords(outline);
  if (commits.length === 0) return null;
  return (
    <section aria-label="Commits that change their branch" className="min-w-0 text-xs text-muted">
      <ul className="max-h-24 overflow-y-auto">
        {commits.slice(0, SHOWN).map(({ commit, isLost, words }) => (
          <li key={`${commit} ${words}`} className={`break-words ${isLost ? 'text-restack' : ''}`}>
            <code className="font-mono">{commit.slice(0, 8)}</code> {words}
          </li>
        ))}
        {commits.length > SHOWN && <li>and {commits.length - SHOWN} more</li>}
      </ul>
    </section>
  );
}
