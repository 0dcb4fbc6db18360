import { Bot, CircleUser, SquareTerminal } from 'lucide-react';
import { asker } from '../../activity/words';
import { Author } from '../../stack/row/author';
import { REQUESTED_BY } from '../../sync/refresh';

const MARKS = { dashboard: CircleUser, api: SquareTerminal };

/** Who has asked for a job, by initials; a mark where nobody has said a name, or nobody has asked. */
export function Asker({ by }: { by: string }) {
  const isByItself = by.startsWith('automatic ') || by.endsWith(REQUESTED_BY);
  const Mark = by === 'dashboard' || by === 'api' ? MARKS[by] : isByItself ? Bot : null;
  if (!Mark) return <Author name={by} />;
  return (
    <span data-tip={asker(by)} className="flex items-center">
      <Mark size={14} aria-hidden />
      <span className="sr-only">{asker(by)}</span>
    </span>
  );
}
