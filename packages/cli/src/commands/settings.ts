import type { Repo } from '@spicerack/client';
import { asOf } from '../context/forecast';
import { type Place, repoOf, type Session } from '../context/session';
import { EXIT, notFound, usage } from '../out/exit';
import { table } from '../out/line';
import { agree } from './act/act';
import { overviewOf } from './look/overview';

export interface SettingsFlags extends Place {
  name?: string | undefined;
  url?: string | undefined;
  trunk?: string | undefined;
  engine?: string | undefined;
  autoSync?: string | undefined;
  autoRestack?: string | undefined;
  autoSyncMoves?: string | undefined;
  nonAtomicPush?: string | undefined;
}

/** Shows a repository's settings, once what is given has been changed. */
export async function settings(session: Session, flags: SettingsFlags) {
  const { name, url, trunk } = flags;
  const autoRestack = isOn('--auto-restack', flags.autoRestack);
  const autoSyncMoves = isOn('--auto-sync-moves', flags.autoSyncMoves);
  const allowNonAtomicPush = isOn('--non-atomic-push', flags.nonAtomicPush);
  const autoSyncMinutes = minutes(flags.autoSync);
  const engine = engineOf(flags.engine);
  const before = await repoOf(session, flags);
  const changes = { name, url, trunk, engine, autoSyncMinutes, autoSyncMoves, autoRestack, allowNonAtomicPush };
  if (trunk !== undefined && trunk !== before.trunk) await checkTrunk(session, before, trunk);
  const isAsked = Object.values(changes).some((value) => value !== undefined);
  const repo = isAsked ? await session.client().repos.update({ repoId: before.id, ...changes }) : before;
  session.out.result({ repo }, () =>
    table([
      ['name', repo.name],
      ['url', repo.url],
      ['trunk', repo.trunk ?? '–'],
      ['engine', repo.engine],
      ['auto-sync', repo.autoSyncMinutes === null ? 'off' : `${repo.autoSyncMinutes} min`],
      ['auto-sync-moves', repo.autoSyncMoves ? 'on' : 'off'],
      ['auto-restack', repo.autoRestack ? 'on' : 'off'],
      ['non-atomic-push', repo.allowNonAtomicPush ? 'on' : 'off'],
    ]),
  );
  return EXIT.ok;
}

/**
 * Looks whether a new trunk is among the branches of the last sync. Where no sync succeeds any more, as after the trunk
 * was renamed, they say nothing, and the next sync tells.
 * @throws Stop where it is not, and they are as the remote has them
 */
async function checkTrunk(session: Session, repo: Repo, trunk: string): Promise<void> {
  const { branches, jobs } = await overviewOf(session, repo.id);
  const failed = jobs.find(({ job }) => job.status === 'error')?.job.startedAt ?? null;
  /** Whether the rows are as the remote has them: the last job that failed, if any, has looked before it did. */
  const isKnown = repo.syncedAt !== null && (repo.syncError === null || (failed !== null && repo.syncedAt >= failed));
  if (branches.some(({ name, gone }) => name === trunk && !gone)) return;
  if (repo.trunkTip !== null && isKnown) {
    throw notFound(
      `${repo.name} has no branch ${trunk} (${asOf(repo, Date.now())}).`,
      'Where it is new, sync first: spicerack sync',
    );
  }
  session.out.say(`No branch ${trunk} is known yet: the next sync looks for it, and fails where it is not there.`);
}

/** Forgets a repository; the remote keeps everything. */
export async function remove(session: Session, flags: { yes?: boolean | undefined }, given: string) {
  const repo = await repoOf(session, { repo: given });
  session.out.say(`Forgets ${repo.name} with its jobs and tasks; the remote keeps everything.`);
  await agree(session, flags.yes, {
    message: `Nothing was done: ${repo.name} would be forgotten with its jobs and tasks.`,
    hint: 'Give --yes to forget it.',
  });
  await session.client().repos.remove({ repoId: repo.id });
  session.out.result({ removed: repo.id }, () => [`Removed ${repo.name}.`]);
  return EXIT.ok;
}

function isOn(flag: string, given: string | undefined): boolean | undefined {
  if (given === undefined) return undefined;
  if (given !== 'on' && given !== 'off') throw usage(`${flag} is on or off.`);
  return given === 'on';
}

function minutes(given: string | undefined): number | null | undefined {
  if (given === undefined) return undefined;
  if (given === 'off') return null;
  if (!/^\d{1,5}$/.test(given) || Number(given) < 1 || Number(given) > 10_080) {
    throw usage('--auto-sync is a number of minutes from 1 to 10080, a week, or off.');
  }
  return Number(given);
}

function engineOf(given: string | undefined): 'auto' | 'git' | 'git-spice' | undefined {
  if (given === undefined || given === 'auto' || given === 'git' || given === 'git-spice') return given;
  throw usage('--engine is auto, git or git-spice.');
}
