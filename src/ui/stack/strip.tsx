'use client';

import { TriangleAlert } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { BranchRow } from '@/db/schema';
import type { ForecastOutline } from '@/model/forecast';
import { visible } from '@/text/visible';
import { problemWords } from '../api';
import { Button } from '../controls';
import type { Sent } from '../jobs/job-button';
import { laterPart } from '../later/later-part';
import { branchesWord } from '../repos/counts';
import { CommitList } from './commit-list';
import { type Foreseen, useForecast } from './forecast';
import { outlineQuestion, restackQuestion } from './groups/question';
import { saysNothing } from './outline-words';
import type { StripSubject } from './strip-subject';

const Question = laterPart(() => import('../jobs/question'), { what: 'The question', leave: ({ leave }) => leave });

/** Names that a confirmation lists before it says how many more there are. */
const NAMED = 6;

interface Props {
  repoId: string;
  subject: StripSubject;
  confirm: () => void;
  cancel: () => void;
  run: (kind: 'restack_subtree' | 'register_existing_branch') => void;
  /** What was asked for all that is selected. */
  asked: Sent | undefined;
  branches: BranchRow[];
  /** Says it to who does not see the strip. */
  say: (words: string) => void;
}

/** One line below the tree: what would be done, what would come of it, and the buttons that do it. Loaded on first use. */
export default function Strip({ subject, ...props }: Props) {
  if (subject.kind === 'move') return <MoveStrip {...subject} {...props} />;
  if (subject.kind === 'selection') return <SelectionStrip {...subject} {...props} />;
  return <PreviewStrip {...subject} repoId={props.repoId} />;
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-t lg:has-[>[data-keys]]:flex-nowrap border-line bg-raised px-4 py-1.5 shadow-lg"
    >
      {children}
    </section>
  );
}

function MoveStrip({
  repoId,
  hand,
  moved,
  problem,
  confirm,
  cancel,
  branches,
  say,
}: Omit<Props, 'subject'> & Extract<StripSubject, { kind: 'move' }>) {
  const { branch, target, dropped } = hand;
  const ask = target && !problem ? { repoId, kind: 'reparent_branch' as const, branch, parent: target } : null;
  const foreseen = useForecast(ask, 'clean');
  // What comes of it is read before it is done; where that cannot be known, the words say so.
  const isForeseen = foreseen !== null && foreseen.state !== 'pending';
  const what = visible(moved.length > 1 ? `${branch} + ${moved.length - 1} above` : branch);
  const words = problem ?? foreseen?.words ?? '';
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (dropped) button.current?.focus();
  }, [dropped]);
  useEffect(() => {
    if (target) say(`${what} onto ${visible(target)}${words ? `: ${words}` : ''}`);
  }, [say, what, target, words]);
  const named = visible(moved.slice(0, NAMED).join(', '));
  return (
    <Line label="Move">
      <span className="min-w-0 flex-1 basis-60">
        <span className="font-medium break-words">{what}</span>
        {target && target !== branch ? (
          <>
            {' '}
            → <span className="font-medium break-words">{visible(target)}</span>
          </>
        ) : (
          <span className="text-muted"> · aim at the branch that it shall stand on</span>
        )}
        {problem && target !== branch && <span className="text-error"> · {problem}</span>}
        {!problem && <Words foreseen={foreseen} />}
        {dropped && moved.length > 1 && (
          <span className="block text-xs break-words text-muted" data-tip={moved.join(', ')}>
            Moves {named}
            {moved.length > NAMED && ` and ${moved.length - NAMED} more`}
          </span>
        )}
        {dropped && !problem && foreseen?.state === 'ready' && (
          <>
            <span className="block text-xs text-restack">{outlineQuestion(foreseen.outline, branches)}</span>
            <CommitList outline={foreseen.outline} />
          </>
        )}
      </span>
      {dropped ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: Esc works wherever the focus is in it
        <span className="flex gap-2" onKeyDown={(event) => event.key === 'Escape' && cancel()}>
          <Button
            ref={button}
            look={foreseen?.state === 'ready' && !foreseen.conflicts ? 'primary' : 'plain'}
            aria-disabled={isForeseen ? undefined : true}
            onClick={() => (isForeseen ? confirm() : say('Its forecast is asked for: press again when it is there.'))}
          >
            Move {moved.length === 1 ? 'it' : branchesWord(moved.length)}
            {!isForeseen && <span className="sr-only"> (not now: its forecast is asked for)</span>}
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </span>
      ) : (
        <Keys keys={{ 'j k': 'aim', '/': 'find it', Enter: 'drop', Esc: 'leave it' }} />
      )}
    </Line>
  );
}

function movesOf(outline: ForecastOutline): ReadonlySet<string> {
  return new Set(outline.moves.flatMap(({ branch, moves }) => (moves ? [branch] : [])));
}

function SelectionStrip({
  repoId,
  count,
  restack,
  register,
  along,
  run,
  asked,
  branches,
  cancel,
}: Omit<Props, 'subject'> & Extract<StripSubject, { kind: 'selection' }>) {
  const [asking, setAsking] = useState(false);
  const kind = restack.length > 0 ? 'restack_subtree' : 'register_existing_branch';
  const foreseen = useForecast({ repoId, kind, branches: restack.length > 0 ? restack : register }, 'would move');
  const waiting = asked?.waiting ?? false;
  const moves = foreseen?.state === 'ready' && restack.length > 0 ? movesOf(foreseen.outline) : null;
  const label = moves && moves.size > 0 ? `Restack ${moves.size}` : 'Restack';
  const isPending = foreseen === null || foreseen.state === 'pending';
  const nothing = along === null ? 'Nothing of these would move.' : `${along}.`;
  const why = isPending ? 'Its forecast is asked for.' : moves?.size === 0 ? nothing : undefined;
  const question = () => {
    // Where it cannot be foreseen, at least these move.
    const moved = moves ?? new Set(restack);
    return restackQuestion(branches.filter(({ name }) => moved.has(name)));
  };
  const pressRestack = () => {
    if (why || waiting) return;
    if (question() === null) run('restack_subtree');
    else setAsking(true);
  };
  return (
    <Line label="Selection">
      <span className="min-w-0 flex-1">
        <span className="font-medium">{count} selected</span>
        {asked?.problem ? (
          <span role="alert" className="text-error">
            {' · '}
            {problemWords(asked.problem)}
          </span>
        ) : (
          <>
            {!(along !== null && foreseen?.state === 'ready' && saysNothing(foreseen.outline)) && (
              <Words foreseen={foreseen} />
            )}
            {along !== null && <span className="text-muted"> · {along}</span>}
          </>
        )}
      </span>
      <span className="flex flex-wrap gap-2">
        {restack.length > 0 && (
          <span className="relative">
            <Button
              look="primary"
              aria-disabled={why || waiting ? true : undefined}
              onClick={pressRestack}
              data-tip={why ?? restack.join(', ')}
            >
              {label}
              {why && <span className="sr-only"> (not now: {why})</span>}
            </Button>
            {asking && (
              <Suspense>
                <Question
                  words={question()}
                  label={label}
                  above
                  confirm={() => {
                    setAsking(false);
                    run('restack_subtree');
                  }}
                  leave={() => setAsking(false)}
                />
              </Suspense>
            )}
          </span>
        )}
        {register.length > 0 && (
          <Button
            look={restack.length > 0 ? 'plain' : 'primary'}
            aria-disabled={waiting || undefined}
            onClick={() => !waiting && run('register_existing_branch')}
            data-tip={register.join(', ')}
          >
            Register {register.length}
          </Button>
        )}
        <Button onClick={cancel}>Clear</Button>
      </span>
    </Line>
  );
}

/** What does something for who only reads. */
const READING_KEYS = { Enter: 'open', '?': 'all keys', c: 'copy', '[ ]': 'from stack to stack', '/': 'find' };
const KEYS = {
  r: 'restack',
  '?': 'all keys',
  b: 'rebase',
  p: 'move',
  x: 'select',
  Enter: 'open',
  m: 'more',
  s: 'sync',
  '/': 'find',
};

function PreviewStrip({
  repoId,
  branch,
  above,
  keys,
  mayAct,
  along,
  answer,
}: { repoId: string } & Extract<StripSubject, { kind: 'preview' }>) {
  const foreseen = useForecast(branch && !along ? { repoId, kind: 'restack_subtree', branch } : null, 'would move');
  return (
    <Line label="Forecast">
      {/* No higher than the room that the tree leaves below its last row. */}
      <span className="line-clamp-2 min-w-0 flex-[1_0_60%] break-words">
        {answer !== null ? (
          answer
        ) : along ? (
          <>
            {along.words}
            {along.stack !== null && (
              <span className="text-muted">
                {' · '}
                <kbd className="rounded-chip border border-hairline px-1 font-mono text-xs">R</kbd> restacks the{' '}
                {along.stack}
              </span>
            )}
          </>
        ) : (
          branch && (
            <>
              Restack <span className="font-medium">{visible(above > 0 ? `${branch} + ${above} above` : branch)}</span>
              <Words foreseen={foreseen} />
            </>
          )
        )}
      </span>
      {keys && <Keys keys={mayAct ? KEYS : READING_KEYS} />}
    </Line>
  );
}

function Words({ foreseen }: { foreseen: Foreseen | null }) {
  if (!foreseen?.words) return null;
  const conflicts = foreseen.state === 'ready' && foreseen.conflicts;
  const tone = conflicts ? 'text-conflict' : foreseen.state === 'refused' ? 'text-error' : 'text-muted';
  return (
    <span className={tone}>
      {' · '}
      {conflicts && <TriangleAlert size={12} aria-hidden className="mr-1 mb-0.5 inline" />}
      {foreseen.words}
    </span>
  );
}

function Keys({ keys }: { keys: Record<string, string> }) {
  return (
    <span
      aria-hidden
      data-keys
      // Those for which there is no room are left out.
      className="hidden h-5 min-w-0 flex-[0_1_auto] flex-wrap gap-x-2 gap-y-4 overflow-hidden text-xs leading-5 whitespace-nowrap text-muted group-data-beside/stack:hidden lg:flex"
    >
      {Object.entries(keys).map(([key, word]) => (
        <span key={key}>
          <kbd className="rounded-chip border border-hairline px-1 font-mono">{key}</kbd> {word}
        </span>
      ))}
    </span>
  );
}
