import { initTRPC, TRPCError } from '@trpc/server';
import { sql } from 'drizzle-orm';
import { ZodError, z } from 'zod';
import type { Asker } from '@/access/asker';
import { aboutOf, note, noteStatement, settingsIn } from '@/access/audit';
import { isWithin } from '@/access/limits';
import { may } from '@/access/may';
import { ROLE_OF } from '@/access/roles';
import { count } from '@/counters';
import { databaseTrouble } from '@/db/trouble';
import { type Writes, watchWrites } from '@/db/writes';
import { log, logTrouble } from '@/log';
import type { Role } from '@/model/access';
import { ACTION_KINDS } from '@/model/kinds';
import type { Refusal } from '@/queue/refusal';
import { inSpan } from '@/spans';
import { inputWords } from '@/text/input-words';
import type { Context } from './context';
import { wire } from './wire';

/** Carries the field at fault, and what to do, to the client beside tRPC's own code. */
class FieldError extends Error {
  constructor(
    readonly field: string | null,
    message: string,
    /** What to do; null where the message is that. */
    readonly hint: string | null,
  ) {
    super(message);
  }
}

z.config({ customError: inputWords });

/** A page gives up on a stream that has missed two pings: what is silent longer is not live. */
export const STREAM = { ping: { enabled: true, intervalMs: 3000 }, client: { reconnectAfterInactivityMs: 7000 } };

const t = initTRPC.context<Context>().create({
  transformer: wire,
  sse: STREAM,
  errorFormatter({ shape, error, path }) {
    const fields = fieldsOf(error.cause);
    const { message, hint } = notUnderstood(error, path) ?? {
      message: fields[0]
        ? fields.map((f) => (f.field ? `${f.field}: ${f.message}` : f.message)).join('\n')
        : shape.message,
      hint: hintOf(error.cause),
    };
    return {
      ...shape,
      message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, path: shape.data.path, fields, hint },
    };
  },
});

/** The input at fault, one entry a field, for forms to show beside it. */
function fieldsOf(cause: unknown): Array<{ field: string | null; message: string }> {
  if (cause instanceof FieldError) return [{ field: cause.field, message: cause.message }];
  if (cause instanceof ZodError) {
    return cause.issues.map((issue) => ({
      field: issue.code === 'unrecognized_keys' ? (issue.keys[0] ?? null) : issue.path.join('.') || null,
      message: issue.code === 'unrecognized_keys' ? `There is no such field. Leave it out.` : issue.message,
    }));
  }
  return [];
}

/** What to do, where the message has it at its end; null where that is all of the message, or nothing is known. */
function hintOf(cause: unknown): string | null {
  return cause instanceof FieldError ? cause.hint : null;
}

/** What tRPC itself says no to, in our words, with what to do at its end; null for what our own code refuses. */
function notUnderstood({ code, cause }: TRPCError, path = ''): { message: string; hint: string } | null {
  const words = (what: string, hint: string) => ({ message: `${what} ${hint}`, hint });
  if (cause instanceof SyntaxError) return words('The input is no JSON.', 'Send it as {"json": …}.');
  if (code === 'METHOD_NOT_SUPPORTED') {
    return words(`${path} is not called by this method.`, 'Ask by GET, and change by POST.');
  }
  return code === 'NOT_FOUND' && !(cause instanceof FieldError)
    ? words(`There is no call ${path}.`, 'Look at its name, and whether this server is of the version that has it.')
    : null;
}

export const router = t.router;

/** Whoever runs the server with an SDK of OpenTelemetry sees each call by its name. */
const traced = t.middleware(({ path, next }) => inSpan(`api ${path}`, {}, next));

/**
 * A database in trouble is no fault of the request: it says what is wrong, and of a change what is known of it. A call may
 * write several times, and of what was sent and never answered nobody knows whether it was done.
 */
const inTrouble = t.middleware(async ({ type, getRawInput, next }) => {
  const writes: Writes = { mayBeDone: false };
  const result = await watchWrites(writes, () => next());
  if (result.ok) return result;
  const trouble = databaseTrouble(result.error.cause);
  if (!trouble) return result;
  const said =
    type !== 'mutation'
      ? []
      : writes.mayBeDone
        ? [(await hasKey(getRawInput)) ? NOT_KNOWN_BY_KEY : NOT_KNOWN]
        : ['Nothing was changed.'];
  const message = [trouble.what, ...said, trouble.hint].join(' ');
  throw new TRPCError({
    code: 'SERVICE_UNAVAILABLE',
    message,
    cause: new FieldError(null, message, trouble.hint),
  });
});

const NOT_KNOWN = 'Whether this was done is not known: look before you send it again.';
const NOT_KNOWN_BY_KEY =
  'Whether this was done is not known: look before you send it again, or send it again with the same idempotencyKey.';

async function hasKey(getRawInput: () => Promise<unknown>): Promise<boolean> {
  const input = await getRawInput();
  return typeof input === 'object' && input !== null && 'idempotencyKey' in input && !!input.idempotencyKey;
}

/** The one place that asks who may do what: a procedure that is in no table is nobody's. */
const allowed = t.middleware(async ({ ctx, path, type, getRawInput, next }) => {
  const needed = ROLE_OF[path];
  if (!needed) throw new TRPCError({ code: 'FORBIDDEN', message: `Nobody may call ${path}.` });
  if (!may(ctx.asker, needed)) refuse(notAllowed(ctx.asker, needed));
  if (type === 'mutation' && !(await isWithin(ctx.db, ctx.asker, await getRawInput()))) {
    const message = `${ctx.asker.name} may change nothing outside of the repositories of this token.`;
    refuse({ code: 'FORBIDDEN', field: null, message, hint: 'Ask who administers this server for another token.' });
  }
  return next();
});

function notAllowed({ name, role }: Asker, needed: Role): Parameters<typeof refuse>[0] {
  const said =
    name === null
      ? { message: 'Everybody may look here.', hint: 'Sign in to do more.' }
      : {
          message: `This needs somebody who may ${needed}, and ${name} may only ${role}.`,
          hint: 'Ask who administers this server.',
        };
  return { code: 'FORBIDDEN', field: null, ...said };
}

/**
 * Whatever changes something is written down with who did it: a job that is put into the queue together with it, by
 * `noteJob`, all else once it is done.
 */
const noted = t.middleware(async ({ ctx, path, type, getRawInput, next }) => {
  const begun = performance.now();
  const input = type === 'mutation' ? await getRawInput() : undefined;
  const { name, address } = ctx.asker;
  const entry = (about: Record<string, string>) => ({ who: name, via: ctx.client, address, action: path, about });
  const withTheirJob = new Set<string>();
  const noteJob = (jobId: string) => {
    withTheirJob.add(jobId);
    const isThere = sql`exists (select 1 from jobs where id = ${jobId})`;
    return noteStatement(ctx.db, entry(aboutOf(input, { jobId })), isThere);
  };
  const result = await next({ ctx: { noteJob } });
  if (type !== 'mutation' || !result.ok) return result;
  const took = (performance.now() - begun) / 1000;
  const about = aboutOf(input, result.data);
  if (path.endsWith('.update')) about.settings = settingsIn(input);
  const isJob = aboutOf(result.data).jobId !== undefined && path !== 'jobs.cancel';
  if (isJob) {
    count('accepted');
    count('accept_seconds', took);
  }
  log('info', isJob ? 'accepted' : 'done', `${isJob ? 'Accepted' : 'Done'}: ${path}`, {
    ...about,
    who: ctx.requestedBy,
  });
  // A job that was there already, whose request this one has joined or is once more, got no entry with it.
  if (about.jobId !== undefined && withTheirJob.has(about.jobId)) return result;
  await note(ctx.db, entry(about)).catch((error: unknown) => {
    // It is done, and saying otherwise would be wrong.
    logTrouble('audit_failed', 'The audit log cannot be written', error, { action: path });
  });
  return result;
});

export const procedure = t.procedure.use(traced).use(inTrouble).use(allowed).use(noted);

/** Ends the procedure with a refusal of the queue, or with one of its own. */
export function refuse(refusal: Omit<Refusal, 'code'> & { code: Refusal['code'] | 'FORBIDDEN' }): never {
  const { code, field, hint } = refusal;
  const message = hint === null ? refusal.message : `${refusal.message} ${hint}`;
  throw new TRPCError({ code, message, cause: new FieldError(field, message, hint) });
}

/** Inputs that several procedures share. Unknown fields are refused, so a misspelt one is never ignored. */
export const repoId = z.uuid('This is not the id of a repo. List them with repos.list.');
export const jobId = z.uuid('This is not the id of a job. List them with jobs.list.');
export const taskId = z.uuid('This is not the id of a task. List them with tasks.list.');
export const branchName = z.string().min(1, 'Name a branch.').max(244, 'This name is too long for a branch.');

/** The same key with the same input gets the same answer, however often it is sent. */
export const idempotencyKey = z
  .string()
  .min(1, 'Give a key, or leave it out.')
  .max(200, 'Use at most 200 characters.')
  .optional();

/** The fingerprint of the branch rows that a forecast was for, as its `tipsKey` says it. */
export const expected = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'Give the tipsKey of a forecast, or leave it out.')
  .optional();

/** As many branches one action may name. */
const MOST_BRANCHES = 1000;

export const branchNames = z.array(branchName).max(MOST_BRANCHES, `Name at most ${MOST_BRANCHES} branches.`).readonly();

/** An action on a repo: what is run, and what is forecast. Which fields each kind takes, `queue/kinds.ts` knows. */
export const action = z.strictObject({
  repoId,
  kind: z.enum(ACTION_KINDS, `Choose one of ${ACTION_KINDS.join(', ')}.`),
  branch: branchName.optional(),
  branches: branchNames.optional(),
  parent: branchName.optional(),
  suggested: z.boolean().optional(),
  base: z.string().max(64, 'This is too long for the id of a commit.').optional(),
});
