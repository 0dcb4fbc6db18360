import { type Action, type Forecast, type Repo, SpicerackError } from '@spicerack/client';
import { asOf, forecastOf, losesSomething } from '../../context/forecast';
import type { Place, Session } from '../../context/session';
import { EXIT, type Exit, Stop } from '../../out/exit';
import { type Line, paint } from '../../out/line';
import { endedOf, exitWith, sayNumber } from './follow';
import { endedLines, exitOfCode, forecastLines } from './words';

/** The flags that every action takes. */
export interface ActFlags extends Place {
  json?: boolean | undefined;
  yes?: boolean | undefined;
  noWait?: boolean | undefined;
  dryRun?: boolean | undefined;
}

/** The fingerprint of what was shown, where that is a promise of what is done. */
export interface Expected {
  expected?: string | undefined;
}

/** How often a forecast is made anew because branches have moved since. */
const ROUNDS = 3;

/**
 * Says what an action would do, asks where something would stay behind or go away or where nobody can say what would
 * be done, runs it, and shows it to its end. What was shown is what is done: where the branches have moved since,
 * nothing is, and they are looked at anew.
 * @param run begins it, with the fingerprint of what was shown
 */
export async function act(
  session: Session,
  flags: ActFlags,
  action: Action,
  run = (expected: Expected) => session.client().jobs.run({ ...action, ...expected }),
): Promise<Exit> {
  const { out, signal } = session;
  if (flags.dryRun) return dryRun(session, action);
  for (let round = 1; ; round++) {
    const { forecast, repo } = await forecastOf(session, action);
    for (const line of aheadLines(forecast, repo)) out.say(line);
    const expected = await agreed(session, flags, action, forecast);
    const isLast = round === ROUNDS || expected === undefined;
    const more = { forecast, syncedAt: repo.syncedAt };
    let jobId: string;
    try {
      // Ctrl-C comes after it: then its number is known.
      ({ jobId } = await run(expected === undefined ? {} : { expected }));
    } catch (error) {
      const moved = error instanceof SpicerackError && error.field === 'expected' && error.code === 'CONFLICT';
      if (!moved || isLast || flags.noWait) throw error;
      out.say(error.message);
      await othersEnd(session, action.repoId);
      continue;
    }
    const begun = await sayNumber(session, jobId);
    if (flags.noWait) return exitWith(session, begun, { noWait: true, more });
    const ended = await endedOf(session, begun.job);
    if (isLast || ended.job.errorCode !== 'DIVERGED' || signal.aborted) return exitWith(session, ended, { more });
    for (const line of endedLines(ended)) out.say(line);
    out.say('Looking at the branches as they are now:');
  }
}

/** What an action would do, and nothing else. @throws Stop where nobody can say it */
async function dryRun(session: Session, action: Action): Promise<Exit> {
  const { forecast, repo } = await forecastOf(session, action);
  if (!forecast?.outline) {
    throw new Stop(EXIT.failed, `There is no forecast: ${forecast ? forecast.message : UNSYNCED}`, {
      code: 'NO_FORECAST',
      hint: forecast ? '' : 'Sync it first: spicerack sync',
      retryable: true,
    });
  }
  session.out.result({ forecast, syncedAt: repo.syncedAt }, () => aheadLines(forecast, repo));
  const { failure, heldBack } = forecast.outline;
  return failure ? exitOfCode(failure.code) : heldBack.length > 0 ? EXIT.heldBack : EXIT.ok;
}

const UNSYNCED = 'the repository has not been synced yet.';

function aheadLines(forecast: Forecast | null, repo: Repo): Line[] {
  if (forecast?.outline) return forecastLines(forecast.outline, asOf(repo, Date.now()));
  return [[paint('bold', 'forecast'), `: none: ${forecast ? forecast.message : UNSYNCED}`]];
}

/**
 * Goes on where nothing speaks against it, or a person says yes.
 * @returns the fingerprint of what was shown; undefined where that is no promise of what is done
 * @throws Stop where nobody agreed; nothing was done then
 */
async function agreed(
  session: Session,
  { yes }: ActFlags,
  { kind }: Action,
  forecast: Forecast | null,
): Promise<string | undefined> {
  const outline = forecast?.outline ?? null;
  if (outline?.failure) {
    await agree(session, yes, {
      exit: exitOfCode(outline.failure.code),
      message: 'Nothing was done: by its forecast it would fail.',
      hint: 'Where the branches are others by now, sync first (spicerack sync); or try it all the same by --yes.',
    });
    return undefined;
  }
  if (!forecast || !outline) {
    // A sync is what makes the picture; before the first one there is nothing to lose.
    if (forecast || kind !== 'sync_repo') {
      await agree(session, yes, {
        message: 'Nothing was done: nobody can say what it would do.',
        hint: 'Look first (spicerack sync --no-move) or try again; or do it without a forecast by --yes.',
      });
    }
    return undefined;
  }
  const isLoss = losesSomething(outline);
  if (isLoss) await agree(session, yes);
  // A sync is there to take in what nobody has seen.
  return kind === 'sync_repo' && !isLoss ? undefined : forecast.tipsKey;
}

/** Waits for the jobs of a repository that are still to end: they may change its branches. */
async function othersEnd({ out, client, signal }: Session, repoId: string): Promise<void> {
  const { repos } = await client().repos.list({ signal });
  const open = repos.find(({ id }) => id === repoId)?.activeJobs ?? [];
  out.now('waiting for the jobs before it…');
  try {
    for (const jobId of open) await client().waitForJob(jobId, { signal });
  } finally {
    out.now(null);
  }
}

/** Why nothing was done without a yes. */
interface Unagreed {
  exit?: Exit;
  message: string;
  hint: string;
}

/** Goes on where a person says yes, or has said so. @throws Stop else; nothing was done then */
export async function agree(
  session: Session,
  yes: boolean | undefined,
  { exit = EXIT.refused, message, hint }: Unagreed = {
    message: 'Nothing was done: something would stay behind or go away.',
    hint: 'Look at the forecast, and give --yes.',
  },
): Promise<void> {
  if (yes) return;
  if (!session.out.canAsk) throw new Stop(exit, message, { code: 'NOT_AGREED', hint });
  const isAgreed = await session.out.confirm('Go on?', session.signal).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'AbortError') return false;
    throw error;
  });
  if (!isAgreed) throw new Stop(EXIT.interrupted, 'Nothing was done.', { code: 'INTERRUPTED' });
}
