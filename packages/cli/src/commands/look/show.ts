import type { ChangedCommit, ChangedFile, Changes } from '@spicerack/client';
import { counted } from '@/text/words';
import { branchOf, type Place, repoOf, type Session } from '../../context/session';
import { EXIT, notFound, Stop, usage } from '../../out/exit';
import { type Line, type Painted, paint, table } from '../../out/line';
import { overviewOf } from './overview';
import { standings } from './states';

/** A branch: how it stands, its commits and its files; with `--patch` what has changed in them. */
export async function show(session: Session, flags: Place & { patch?: boolean | undefined }, given?: string) {
  const { out, signal } = session;
  const repo = await repoOf(session, flags);
  const name = await branchOf(session, given, flags);
  if (name === repo.trunk) throw usage(`${name} is the trunk: it is compared with nothing.`, 'Name a branch.');
  const { branches, jobs, restack } = await overviewOf(session, repo.id);
  const branch = branches.find((row) => row.name === name);
  if (!branch) throw notFound(`The remote had no branch ${name} at the last sync.`, 'spicerack sync looks again.');
  // As on the dashboard: its base, else where it and what it seems to stand on part.
  const below = branches.find((row) => row.name === (branch.parent ?? branch.suggestedParent));
  const from = branch.base ?? below?.tip ?? repo.trunkTip;
  out.now('comparing…');
  const { changes, errorCode, message } = await session
    .client()
    .waitForChanges({ repoId: repo.id, from, to: branch.tip }, { signal });
  out.now(null);
  if (!changes) throw new Stop(EXIT.failed, message, { code: errorCode ?? 'INTERNAL', retryable: true });
  const { word, detail } = standings({ trunk: repo.trunk, branches, jobs, restack })(branch);
  out.result({ branch, changes }, () => [
    [
      paint('bold', name),
      `${branch.parent === null ? '' : ` on ${branch.parent}`}: ${word}${detail && `: ${detail}`}, `,
      ...sizeWords(changes),
    ],
    ...table(changes.commits.map(commitRow)),
    ...more(changes.commitCount - changes.commits.length, 'commit', 'commits'),
    ...table(changes.files.map(fileRow)),
    ...more(changes.fileCount - changes.files.length, 'file', 'files'),
    ...(flags.patch ? changes.files.flatMap(patchLines) : []),
  ]);
  return EXIT.ok;
}

function sizeWords({ commitCount, fileCount, additions, deletions }: Changes): Array<string | Painted> {
  const counts = `${counted(commitCount, 'commit', 'commits')}, ${counted(fileCount, 'file', 'files')} `;
  return [counts, paint('green', `+${additions}`), ' ', paint('red', `−${deletions}`)];
}

const commitRow = ({ id, subject, author }: ChangedCommit): Line[] => [
  ['  ', paint('yellow', id.slice(0, 8)), ` ${subject}`],
  [paint('dim', author.name)],
];

const more = (count: number, one: string, many: string): Line[] =>
  count > 0 ? [`  and ${counted(count, one, many)} more`] : [];

const LETTERS: Record<ChangedFile['status'], string> = {
  added: 'A',
  deleted: 'D',
  modified: 'M',
  renamed: 'R',
  copied: 'C',
  type_changed: 'T',
};

function fileRow({ status, path, from, kind, additions, deletions }: ChangedFile): Line[] {
  const size = additions === null ? kind : `+${additions} −${deletions ?? 0}`;
  return [`  ${LETTERS[status]} ${from === null ? path : `${from} → ${path}`}`, [paint('dim', size)]];
}

function patchLines({ path, patch, omitted }: ChangedFile): Line[] {
  const lines = patch === null ? [] : patch.replace(/\n$/, '').split('\n');
  if (lines.length === 0 && !omitted) return [];
  return [
    '',
    [paint('bold', path)],
    ...lines.map((line): Line => {
      const style = line.startsWith('+')
        ? 'green'
        : line.startsWith('-')
          ? 'red'
          : line.startsWith('@@')
            ? 'cyan'
            : null;
      return [{ style, code: line }];
    }),
    ...(omitted
      ? [[paint('dim', omitted === 'all' ? 'Too long to be shown here.' : 'The rest is too long to be shown here.')]]
      : []),
  ];
}
