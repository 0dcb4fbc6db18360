import { bytes } from '@/ui/status/bytes';
import { between, duration } from '@/ui/time';
import { type Place, repoOf, type Session } from '../context/session';
import { EXIT, type Exit } from '../out/exit';
import { type Line, paint } from '../out/line';
import { stopOf } from '../out/stop-of';

/** One thing that was looked at. */
interface Check {
  name: string;
  is: 'well' | 'wanted' | 'wrong';
  words: string;
  /** The command or the sentence that mends it. */
  mend: string | null;
}

/** A clock that is further off makes times and waits untrue. Milliseconds. */
const CLOCK = 5000;
/** Less than this is soon nothing. Bytes. */
const DISK = 1024 ** 3;

/** A sync is waited for this long; of a server that says what is wrong with it, jobs may not move at all. Milliseconds. */
const PATIENCE = { well: 60_000, inTrouble: 5000 };

/** Looks at the server and the way there, and at the remote by a sync; each with what mends it. */
export async function doctor(session: Session, flags: Place): Promise<Exit> {
  const { out } = session;
  const checks: Check[] = [];
  const found = (name: string, is: Check['is'], words: string, mend: string | null = null) => {
    checks.push({ name, is, words, mend });
    if (!out.isJson) for (const line of checkLines({ name, is, words, mend })) out.item(null, () => line);
  };
  let exit: Exit = EXIT.ok;
  try {
    await look(session, flags, found);
  } catch (error) {
    const stop = stopOf(error);
    if (stop.exit === EXIT.interrupted) throw error;
    found('server', 'wrong', stop.message, stop.hint);
    exit = stop.exit;
  }
  if (out.isJson) out.result({ checks }, () => []);
  return exit !== EXIT.ok ? exit : checks.some(({ is }) => is === 'wrong') ? EXIT.failed : EXIT.ok;
}

type Found = (name: string, is: Check['is'], words: string, mend?: string | null) => void;

async function look(session: Session, flags: Place, found: Found): Promise<void> {
  const { signal } = session;
  const { url, token, from } = session.server();
  found('address', 'well', `${url}, from ${from}${token ? ', with a token' : ''}`);
  const asked = Date.now();
  const status = await session.client().system.status({ signal });
  const took = Date.now() - asked;
  found('server', 'well', `answers in ${duration(took)}`);
  const theirs = status.programs.find(({ name }) => name === 'Spicerack')?.version ?? 'unknown';
  const same = theirs === SPICERACK_VERSION;
  found(
    'versions',
    same ? 'well' : 'wanted',
    `server ${theirs}, this program ${SPICERACK_VERSION}`,
    same ? null : `npm install -g spicerack@${theirs}`,
  );
  found('executor', 'well', `${status.executor.name}. ${status.executor.why}`);
  found('engine', status.engine.name ? 'well' : 'wrong', `${status.engine.name ?? 'none'}. ${status.engine.why}`);
  for (const { name, version, why, mend } of status.programs) {
    if (name === 'Spicerack') continue;
    const words = version ? `${version}. ${why}` : why;
    found(
      name,
      mend ? (mend.needed ? 'wrong' : 'wanted') : 'well',
      words,
      mend && `${mend.words}${mend.command ? `\n${mend.command}` : ''}`,
    );
  }
  for (const { what, hint } of status.problems) found('problem', 'wrong', what, hint);
  const skew = Date.parse(status.now) - (asked + took / 2);
  const off = Math.abs(skew) > CLOCK + took;
  found(
    'clock',
    off ? 'wanted' : 'well',
    off ? `the server's is ${duration(Math.abs(skew))} ${skew > 0 ? 'ahead' : 'behind'}` : 'agrees with this one',
    off ? 'timedatectl set-ntp true' : null,
  );
  if (status.disk) {
    const low = status.disk.free < DISK;
    found(
      'disk',
      low ? 'wrong' : 'well',
      `${bytes(status.disk.free)} free, clones ${bytes(status.disk.clones)}, database ${bytes(status.disk.database)}`,
      low ? 'Make room on the disk of SPICERACK_DATA_DIR.' : null,
    );
  }
  if (flags.repo === undefined && !(await session.clone())) {
    found('remote', 'wanted', 'not asked: this folder is in no clone', 'spicerack doctor --repo <name>');
    return;
  }
  const repo = await repoOf(session, flags).catch((error: unknown) => {
    const stop = stopOf(error);
    // The server is well, and knows no such repository.
    if (stop.exit !== EXIT.notFound) throw error;
    found('remote', flags.repo === undefined ? 'wanted' : 'wrong', stop.message, stop.hint);
  });
  if (!repo) return;
  session.out.now(`asking the remote of ${repo.name} by a sync…`);
  const { jobId } = await session.client().jobs.run({ repoId: repo.id, kind: 'sync_repo', move: false }, { signal });
  const enough = AbortSignal.timeout(status.problems.length > 0 ? PATIENCE.inTrouble : PATIENCE.well);
  const waited = AbortSignal.any([signal, enough]);
  const ended = await session
    .client()
    .waitForJob(jobId, { signal: waited })
    .catch((error: unknown) => {
      if (signal.aborted || !enough.aborted) throw error;
      return null;
    });
  const { job } = ended ?? (await session.client().jobs.get({ jobId }, { signal }));
  if (!job.finishedAt) {
    const waits = job.status === 'queued';
    found(
      'remote',
      waits ? 'wrong' : 'wanted',
      waits ? `#${job.seq} waits in the queue: this server may run no jobs` : `#${job.seq} takes long: ${job.message}`,
      `spicerack job ${job.seq} --wait`,
    );
    return;
  }
  const ms = job.startedAt && job.finishedAt ? ` in ${duration(between(job.startedAt, job.finishedAt))}` : '';
  if (job.status === 'completed') found('remote', 'well', `${repo.name} lets the server in (#${job.seq}${ms})`);
  else found('remote', 'wrong', `#${job.seq} ${job.status} ${job.errorCode ?? ''}: ${job.message}`, job.errorHint);
}

function checkLines({ name, is, words, mend }: Check): Line[] {
  const mark = is === 'well' ? paint('green', '✓') : is === 'wanted' ? paint('yellow', '•') : paint('red', '✕');
  return [
    [mark, ' ', paint('bold', name.padEnd(10)), ` ${words}`],
    ...(mend ? mend.split('\n').map((line): Line => ['             ', paint('cyan', line)]) : []),
  ];
}
