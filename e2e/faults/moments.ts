import { sql } from 'drizzle-orm';
import type { JobKind, StepName } from '@/model/kinds';
import { type Node, until, type World } from './world';

/**
 * When a fault strikes: at the border before a step, or within it. Within, it is before a git command; `finish`
 * runs none, so there it is the transaction that ends the job.
 */
export interface Moment {
  step: StepName;
  at: 'before' | 'ending' | GitVerb;
}
type GitVerb = 'fetch' | 'for-each-ref' | 'cat-file' | 'index-pack' | 'fast-import' | 'push';

export const momentName = ({ step, at }: Moment) => `${step}:${at}`;
export const isGit = ({ at }: Moment) => at !== 'before' && at !== 'ending';
export const PUSH: Moment = { step: 'act', at: 'push' };

/** The moments that a job of this kind goes through. */
export function momentsOf(kind: JobKind): Moment[] {
  return [
    { step: 'sync', at: 'before' },
    { step: 'sync', at: 'fetch' },
    { step: 'sync', at: 'for-each-ref' },
    { step: 'act', at: 'before' },
    ...actVerbs(kind).map((at): Moment => ({ step: 'act', at })),
    { step: 'resync', at: 'before' },
    { step: 'resync', at: 'fetch' },
    { step: 'resync', at: 'for-each-ref' },
    { step: 'finish', at: 'before' },
    { step: 'finish', at: 'ending' },
  ];
}

function actVerbs(kind: JobKind): GitVerb[] {
  switch (kind) {
    case 'register_existing_branch':
    case 'untrack_branch':
      return [];
    case 'create_branch':
      return ['push'];
    case 'undo':
      return ['fast-import', 'push'];
    default:
      return ['cat-file', 'index-pack', 'push'];
  }
}

const BEFORE: Record<StepName, StepName | null> = { sync: null, act: 'sync', resync: 'act', finish: 'resync' };
/** Commands that earlier steps run, too. */
const REPEATED: ReadonlySet<string> = new Set(['fetch', 'for-each-ref', 'cat-file']);

/** A hold on one repository's jobs. */
export interface Hold {
  /** Waits until the job stands at the moment. */
  reached(jobId: string): Promise<void>;
  /** Lets it go on. Safe to call twice. */
  release(): Promise<void>;
}

/** Makes the jobs of a repo stop at a moment, in whichever of these processes they run. */
export async function hold(world: World, nodes: Node[], repoId: string, moment: Moment): Promise<Hold> {
  const { step, at } = moment;
  if (at === 'before') return holdBefore(world, repoId, step);
  if (at === 'ending') return holdEnding(world, repoId);
  const close = async () => {
    for (const { git } of nodes) await git.hold(at, repoId);
  };
  const open = async () => {
    for (const { git } of nodes) await git.release(at, repoId);
  };
  const held = async () =>
    (await Promise.all(nodes.map(({ git }) => git.held(at, repoId)))).some((pid) => pid !== null);
  const early = step !== 'sync' && REPEATED.has(at) ? await holdBefore(world, repoId, step) : null;
  if (!early) await close();
  return {
    async reached(jobId) {
      await early?.reached(jobId);
      if (early) await close();
      await early?.release();
      await until(`git ${at}`, held, REACHED_WITHIN_MS);
    },
    async release() {
      await early?.release();
      await open();
    },
  };
}

/** The lease cannot be taken: what asks for it is told that another copy is at work. */
async function holdBefore(world: World, repoId: string, step: StepName): Promise<Hold> {
  const over = BEFORE[step];
  const isOver = (job: string) =>
    over
      ? `exists (select 1 from job_steps where job_id = ${job}.id and step = '${over}' and phase is null and status = 'completed')`
      : 'true';
  return trigger(
    world,
    repoId,
    `before update of fence on jobs when new.repo_id = '${repoId}' and new.fence > old.fence and ${isOver('new')}
     begin select raise(ignore); end`,
    `not lease_held and dispatch > 0 and ${isOver('jobs')}`,
  );
}

/** The transaction that ends the job fails, as while another process writes for long. */
function holdEnding(world: World, repoId: string): Promise<Hold> {
  return trigger(
    world,
    repoId,
    `before insert on job_steps when new.step = 'finish' and (select repo_id from jobs where id = new.job_id) = '${repoId}'
     begin select raise(abort, 'SQLITE_BUSY for a test'); end`,
    `exists (select 1 from job_logs where job_id = jobs.id and line like '%SQLITE_BUSY for a test%')`,
  );
}

async function trigger(world: World, repoId: string, body: string, isAt: string): Promise<Hold> {
  const name = `hold_${repoId}`;
  await world.db.run(sql.raw(`create trigger "${name}" ${body}`));
  return {
    async reached(jobId) {
      const asked = sql.raw(`select 1 from jobs where id = '${jobId}' and ${isAt}`);
      await until('the moment', async () => (await world.db.all(asked)).length > 0, REACHED_WITHIN_MS);
    },
    async release() {
      await world.db.run(sql.raw(`drop trigger if exists "${name}"`));
    },
  };
}

const REACHED_WITHIN_MS = 60_000;
