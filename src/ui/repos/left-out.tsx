import type { LeftOut } from '@/model/left-out';
import { leftOutWords, shallowWords } from '@/repos/left-out';
import { counted } from '@/text/words';

/** What of the remote is never moved, and stands in no row or in one from before, and why. */
export default function LeftOutRefs({ leftOut }: { leftOut: LeftOut }) {
  const { refs, more, shallow } = leftOut;
  const count = refs.length + more;
  return (
    <>
      {shallow && <p className="text-xs text-restack">{shallowWords}</p>}
      {count > 0 && (
        <details className="text-xs text-muted">
          <summary className="cursor-pointer">
            {counted(count, 'ref')} of the remote {count === 1 ? 'is' : 'are'} left alone
          </summary>
          <ul className="ml-4 list-disc">
            {refs.map((ref) => (
              <li key={ref.name} className="break-words">
                {leftOutWords(ref)}
              </li>
            ))}
            {more > 0 && <li>{counted(more, 'more of them', 'more of them')}</li>}
          </ul>
        </details>
      )}
    </>
  );
}
