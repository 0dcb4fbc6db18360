import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { counted } from '@/text/words';

/** The look of what a button asks or says of itself: beside it, above or below; on a phone at the screen's bottom. */
export function besideButton(above: boolean): string {
  const place = above ? 'sm:bottom-full sm:mb-1' : 'sm:top-full sm:bottom-auto sm:mt-1';
  return `fixed inset-x-3 bottom-3 flex gap-2 rounded-popup border border-hairline bg-raised p-3 text-left whitespace-normal shadow-lg sm:absolute sm:inset-x-auto sm:right-0 sm:w-72 ${place}`;
}

/** The looks of buttons; sizes are the caller's. */
export const buttonLooks = {
  // Its line is seen only where the reader chooses all colours, and its own says nothing.
  primary: 'rounded-control border border-transparent bg-accent text-on-accent font-medium hover:brightness-110',
  plain: 'rounded-control border border-line bg-surface text-text font-medium hover:bg-hover',
  quiet: 'rounded-control text-muted hover:bg-hover hover:text-text',
} as const;

export function Button({
  look = 'plain',
  className = '',
  ...props
}: ComponentProps<'button'> & { look?: keyof typeof buttonLooks }) {
  return (
    <button
      type="button"
      {...props}
      className={`touch inline-flex h-8 items-center justify-center gap-2 px-3 disabled:cursor-not-allowed disabled:opacity-60 aria-disabled:opacity-60 ${buttonLooks[look]} ${className}`}
    />
  );
}

/** An input with its label above it and what is wrong with it below. */
export function Field({
  label,
  problem,
  hint,
  hideLabel = false,
  children,
}: {
  label: string;
  problem?: string | undefined;
  hint?: ReactNode;
  hideLabel?: boolean;
  /** Gets what ties it to its label and its problem. */
  children: (props: {
    id: string;
    'aria-invalid': boolean;
    'aria-describedby': string | undefined;
    className: string;
  }) => ReactNode;
}) {
  const id = useId();
  const about = problem || hint ? `${id}-about` : undefined;
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={hideLabel ? 'sr-only' : 'text-xs font-medium text-muted'}>
        {label}
      </label>
      {children({
        id,
        'aria-invalid': problem !== undefined,
        'aria-describedby': about,
        className:
          'touch h-8 w-full rounded-control border border-line bg-surface px-2 aria-invalid:border-error focus-visible:outline-accent',
      })}
      {problem ? (
        <p id={about} role="alert" className="text-xs text-error">
          {problem}
        </p>
      ) : (
        hint && (
          <p id={about} className="text-xs text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

/** What is wrong with a request as a whole, below the form or button that sent it. */
export function Trouble({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="rounded-control bg-error-tint px-3 py-2 text-error">
      {children}
    </p>
  );
}

/** Grey bars in the place of what is being loaded. */
export function Skeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-3 p-4">
      {Array.from({ length: rows }, (_, i) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: the bars have no identity
          key={i}
          className="h-4 rounded-chip bg-hover forced-colors:border"
          style={{ width: `${60 - ((i * 17) % 35)}%` }}
        />
      ))}
    </div>
  );
}

/** In the place of a whole page that is loading: it has a heading for who goes by headings. */
export function PageSkeleton({ label }: { label: string }) {
  return (
    <>
      <h1 className="sr-only">{label}</h1>
      <Skeleton rows={10} label={label} />
    </>
  );
}

/** Text as it is, with its own scroll bars, which a keyboard reaches too. */
export function ScrollText({ label, children, className }: { label: string; children: ReactNode; className: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section aria-label={label} tabIndex={0} className={`overflow-auto ${className}`}>
      <pre className="font-mono text-xs">{children}</pre>
    </section>
  );
}

/** `1 change, show`: what waits while somebody is at a list that holds still. It lies over the list and moves nothing. */
export function Pill({
  count,
  of,
  show,
  className,
}: {
  count: number;
  /** What waits, in the singular. */
  of: string;
  show: () => void;
  /** Where it sticks, and where the button in it stands: the line itself must take no room. */
  className: string;
}) {
  if (count === 0) return null;
  return (
    <div className={`pointer-events-none sticky z-10 flex h-0 justify-center ${className}`}>
      <Button onClick={show} className="pointer-events-auto rounded-full shadow-lg">
        {counted(count, of)}, show
      </Button>
    </div>
  );
}

/**
 * The items of a list, the first of them alone where there are many: thousands at once keep a page busy for seconds.
 * @param first how many are drawn before one asks for more
 * @param upTo of one that must be there, its place; -1 for none
 */
export function LongList<T>({
  items,
  first = 200,
  upTo = -1,
  className,
  children,
}: {
  items: readonly T[];
  first?: number;
  upTo?: number;
  className: string;
  children: (item: T, at: number) => ReactNode;
}) {
  const [most, setMost] = useState(first);
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
