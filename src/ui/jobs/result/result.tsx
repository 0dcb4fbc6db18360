import type { ComponentProps, ReactNode } from 'react';
import type { JobDetail } from '@/api/jobs';
import { visible, visibleInLine } from '@/text/visible';
import { LongList } from '../../controls';
import { heldBackWords } from '../../stack/state';
import { conflictName, isNamed, namedByAddress } from '../named';

type Result = NonNullable<JobDetail['job']['result']>;
type Conflict = Extract<Result['heldBack'][number]['reason'], { kind: 'conflict' }>;

/**
 * What a job left where it was, dropped, and warns of; `conflict` shows more of a branch's conflict, `keep` what can be
 * done for a commit that no branch has any more.
 */
export function ResultLists({
  result,
  conflict,
  keep,
}: {
  result: Result;
  conflict?: (branch: string, reason: Conflict) => ReactNode;
  keep?: (left: { commit: string; subject: string }) => ReactNode;
}) {
  const { heldBack, dropped, warnings, merged, registered, gone, notes, left = [], adopted = [] } = result;
  const away = left.filter(({ replacedBy }) => replacedBy === null);
  return (
    <>
      <List
        title="Held back"
        tone="text-held"
        items={heldBack}
        upTo={conflict ? heldBack.findIndex(({ branch }) => isNamed(window.location.hash, conflictName(branch))) : -1}
      >
        {({ branch, reason }) => (
          <li
            key={branch}
            id={conflict && conflictName(branch)}
            ref={conflict && namedByAddress}
            className="scroll-mt-16 data-named:border-l-2 data-named:border-accent data-named:pl-2"
          >
            <Name>{branch}</Name> {heldBackWords(reason)}
            {reason.kind === 'conflict' && conflict?.(branch, reason)}
          </li>
        )}
      </List>
      <List title="Dropped, because the change is already below" items={dropped}>
        {({ branch, commit, subject }) => (
          <li key={`${branch} ${commit}`}>
            <Name>{branch}</Name> <Commit id={commit} /> {visible(subject)}
          </li>
        )}
      </List>
      <List title="Left branches that moved, for what they stand on has them no more" tone="text-restack" items={away}>
        {({ branch, commit, subject, on }) => (
          <li key={`${branch} ${commit}`}>
            <Name>{branch}</Name> <Commit id={commit} /> {visible(subject)} (
            {on ? (
              <>
                <Name>{on}</Name> has it
              </>
            ) : (
              'no branch has it any more'
            )}
            ){on === null && keep?.({ commit, subject })}
          </li>
        )}
      </List>
      <List title="A branch's own from now on" items={adopted}>
        {({ branch, commit, subject }) => (
          <li key={`${branch} ${commit}`}>
            <Name>{branch}</Name> <Commit id={commit} /> {visible(subject)}
          </li>
        )}
      </List>
      <List title="Merged" items={merged}>
        {({ branch, into, onto = into }) => (
          <li key={branch}>
            <Name>{branch}</Name> is in <Name>{into}</Name>; what stood on it stands{' '}
            {onto === into ? (
              'there'
            ) : (
              <>
                on <Name>{onto}</Name>
              </>
            )}{' '}
            now
          </li>
        )}
      </List>
      <List title="Registered" items={registered}>
        {({ branch, parent }) => (
          <li key={branch}>
            <Name>{branch}</Name> on <Name>{parent}</Name>
          </li>
        )}
      </List>
      <List title="Gone from the remote without a merge" items={gone}>
        {(branch) => (
          <li key={branch}>
            <Name>{branch}</Name>
          </li>
        )}
      </List>
      <List title="Warnings" tone="text-restack" items={warnings}>
        {(warning) => (
          <li key={`${warning.kind} ${warning.branch} ${warning.message}`}>
            {warning.branch && <Name>{warning.branch}</Name>} {warning.message}
          </li>
        )}
      </List>
      <List title="Notes" items={notes}>
        {(note) => <li key={note}>{note}</li>}
      </List>
    </>
  );
}

function List<T>({
  title,
  tone = 'text-muted',
  ...list
}: Omit<ComponentProps<typeof LongList<T>>, 'className'> & { title: string; tone?: string }) {
  if (list.items.length === 0) return null;
  return (
    <section className="min-w-0">
      <h3 className={`text-xs font-medium ${tone}`}>{title}</h3>
      <LongList {...list} className="flex flex-col gap-1 break-words" />
    </section>
  );
}

export function Name({ children }: { children: string | null }) {
  return <span className="font-mono text-xs break-all">{visibleInLine(children ?? '')}</span>;
}

/** A commit by its first digits; selecting it takes them all. */
export function Commit({ id }: { id: string }) {
  return (
    <code className="font-mono text-xs text-muted" data-tip={id}>
      {id.slice(0, 8)}
    </code>
  );
}
