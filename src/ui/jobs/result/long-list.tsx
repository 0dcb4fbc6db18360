import { type ReactNode, useState } from 'react';
import { Button } from '../../controls';

/** Items that are drawn before one asks for more. */
const FIRST = 200;

/**
 * The items of a list, the first of them alone where there are many: thousands at once keep a page busy for seconds.
 * @param upTo of one that must be there, its place; -1 for none
 */
export function LongList<T>({
  items,
  upTo = -1,
  className,
  children,
}: {
  items: readonly T[];
  upTo?: number;
  className: string;
  children: (item: T) => ReactNode;
}) {
  const [most, setMost] = useState(FIRST);
  const shown = Math.max(most, upTo + 1);
  const more = Math.min(items.length - shown, shown);
  return (
    <>
      <ul className={className}>{items.slice(0, shown).map(children)}</ul>
      {more > 0 && (
        <p className="mt-2 flex flex-wrap items-center gap-2 text-muted">
          <Button className="text-xs" onClick={() => setMost(shown + more)}>
            Show {more} more
          </Button>
          {shown} of {items.length}
        </p>
      )}
    </>
  );
}
