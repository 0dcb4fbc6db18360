'use client';

import type { JobResult } from '@/model/result';
import { type ByHand, commandsByHand, isMergesOwn } from '@/repos/by-hand';
import { visible, visibleInLine } from '@/text/visible';
import { ScrollText } from '../../controls';
import { CopyButton } from '../../copy';
import { type Block, conflictBlocks } from './conflict-blocks';
import { Commit, Name } from './result';
import { Waiting } from './waiting';

type Conflict = Extract<JobResult['heldBack'][number]['reason'], { kind: 'conflict' }>;
type ConflictFile = Conflict['files'][number];

/** Lines of what both sides agree on that are shown around a conflict. */
const AROUND = 3;

/**
 * One branch's conflict: the commit, what it does not go onto, each file's two sides, and how to solve it by hand.
 * @param ontoTip of a forecast's: where the branch below is now. Where that moves first, nobody has the commit that this
 *   one does not go onto, and there is nothing to solve it on yet.
 */
export function ConflictView({
  repoId,
  branch,
  reason,
  ontoTip = reason.onto,
}: {
  repoId: string;
  branch: string;
  reason: Conflict;
  ontoTip?: string | null | undefined;
}) {
  const onto = reason.byHand?.parent;
  const isThere = ontoTip === reason.onto;
  // A forecast leaves out what is long, and some engines know no more than the names.
  const sides = reason.files.some(({ text }) => text !== null);
  return (
    <div className="mt-1 flex min-w-0 flex-col gap-3">
      <p className="text-muted">
        {isMergesOwn(reason) ? 'What was changed in its merge itself,' : 'Its commit'} <Commit id={reason.commit} /> “
        {visible(reason.subject)}” does not go onto {onto && <Name>{onto}</Name>}{' '}
        {isThere ? <Commit id={reason.onto} /> : 'where a Restack would put that'}.
      </p>
      {sides ? (
        reason.files.map((file) => (
          <File
            key={file.path}
            file={file}
            ours={`${onto ?? 'below'}${isThere ? ` ${reason.onto.slice(0, 7)}` : ''}`}
            theirs={`${visible(branch)} ${reason.commit.slice(0, 7)}`}
          />
        ))
      ) : (
        <>
          <ul>
            {reason.files.map(({ path, kinds }) => (
              <li key={path}>
                <Name>{path}</Name> <span className="text-conflict">{kinds.join(', ')}</span>
              </li>
            ))}
          </ul>
          <p className="text-muted">
            There is no text of both sides to show here (binary, or too long)
            {reason.byHand && isThere ? ': these commands show them to you.' : '.'}
          </p>
        </>
      )}
      {reason.byHand && !isThere && (
        <p>
          Restack <Name>{reason.byHand.parent}</Name> first: it moves, and this branch is held back until you have
          solved it there. The commands for that are told then.
        </p>
      )}
      {reason.byHand && isThere && (
        <>
          <Commands branch={branch} byHand={reason.byHand} />
          <Waiting repoId={repoId} branch={branch} tip={reason.byHand.tip} />
        </>
      )}
    </div>
  );
}

function File({ file, ours, theirs }: { file: ConflictFile; ours: string; theirs: string }) {
  const path = visibleInLine(file.path);
  return (
    <details open className="min-w-0 rounded-control border border-hairline bg-surface">
      <summary className="touch cursor-pointer px-2 py-1">
        <Name>{file.path}</Name> <span className="text-conflict">{file.kinds.join(', ')}</span>
      </summary>
      {file.text === null ? (
        <p className="px-2 pb-2 text-muted">There is no text to show (binary, or too large).</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section aria-label={`Conflict in ${path}`} tabIndex={0} className="max-h-120 overflow-auto">
          <div className="w-fit min-w-full border-t border-hairline font-mono text-xs">
            {conflictBlocks(visible(file.text.replaceAll('\r\n', '\n'))).map((block) =>
              block.kind === 'agreed' ? (
                <Agreed key={block.line} block={block} />
              ) : (
                <div key={block.line} className="border-y border-conflict/40">
                  <Side name={ours} lines={block.ours} tone="bg-queued-tint text-queued" />
                  {block.base && <Side name="base" lines={block.base} tone="bg-cancelled-tint text-cancelled" />}
                  <Side name={theirs} lines={block.theirs} tone="bg-conflict-tint text-conflict" />
                </div>
              ),
            )}
          </div>
        </section>
      )}
    </details>
  );
}

function Side({ name, lines, tone }: { name: string; lines: string[]; tone: string }) {
  return (
    <div>
      <p className={`sticky left-0 px-2 font-sans font-medium ${tone}`}>{name}</p>
      <pre className="px-2">{lines.length > 0 ? lines.join('\n') : <span className="text-muted">(no line)</span>}</pre>
    </div>
  );
}

/** The lines next to a conflict, and how many more there are. */
function Agreed({ block }: { block: Block & { kind: 'agreed' } }) {
  const { lines, line } = block;
  const left = lines.length - 2 * AROUND;
  if (left <= 1) return <pre className="px-2 text-muted">{lines.join('\n')}</pre>;
  const [head, tail] = [line === 1 ? [] : lines.slice(0, AROUND), lines.slice(-AROUND)];
  return (
    <>
      {head.length > 0 && <pre className="px-2 text-muted">{head.join('\n')}</pre>}
      <p className="sticky left-0 bg-canvas px-2 font-sans text-muted">
        {lines.length - head.length - tail.length} lines
      </p>
      <pre className="px-2 text-muted">{tail.join('\n')}</pre>
    </>
  );
}

/**
 * What takes the branch where the job would have put it, on one's own machine. What comes before the conflict is solved
 * and what comes after are copied apart.
 */
function Commands({ branch, byHand }: { branch: string; byHand: ByHand }) {
  const { begin, solve, push } = commandsByHand(branch, byHand);
  return (
    <section aria-label={`Commands to solve ${visible(branch)} by hand`} className="flex flex-col gap-2">
      <h4 className="text-xs font-medium text-muted">Solve it on your machine</h4>
      <Lines name="Commands" label="the commands" lines={begin} />
      <p className="text-muted">{solve}</p>
      <Lines name="Push" label="the push" lines={push} />
    </section>
  );
}

function Lines({ name, label, lines }: { name: string; label: string; lines: string[] }) {
  const text = lines.join('\n');
  return (
    <div className="flex items-start gap-1">
      <ScrollText label={name} className="min-w-0 flex-1 rounded-control border border-hairline bg-canvas p-2">
        {visible(text)}
      </ScrollText>
      <CopyButton text={text} label={label} />
    </div>
  );
}
