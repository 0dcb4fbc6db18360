import { createHash } from 'node:crypto';
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  isInputRequiredResult,
  McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { JobDetail, Spicerack } from '@spicerack/client';
import { z } from 'zod';
import { isTrunk } from '@/repos/branch-words';
import { inputWords } from '@/text/input-words';
import { visible, visibleJson } from '@/text/visible';
import { timeLimit } from '@/time-limit';
import { version } from '../../package.json';
import { resultOfError } from './errors';
import { firstIn, MOST } from './page';
import {
  branchOf,
  detailOf,
  detailShape,
  forecastOf,
  forecastShape,
  jobShape,
  jobsOf,
  lossesOf,
  oneBranchOf,
  oneBranchShape,
  reposOf,
  reposShape,
  stackOf,
  stackShape,
} from './shapes';
import { wholeOverview } from './whole-overview';

z.config({ customError: inputWords });

export interface McpOptions {
  /** The API for what only looks and waits: one for all, so that all waits share one stream. */
  reader: Spicerack;
  /** The API as one who asks: what the job's row says of him. */
  as(requestedBy: string): Spicerack;
  /** For whom the agent works, where that is known. */
  onBehalfOf: string | null;
  /** Leaves out every tool that changes anything. */
  readOnly: boolean;
}

/** How long `forecast` waits for one that is being computed, and `wait_for_job` at most. */
const FORECAST_MS = 20_000;
const MOST_WAIT_S = 50;

const repoId = z.uuid('This is not the id of a repo: call list_repos.').describe('From list_repos.');
const jobId = z.uuid('This is not the id of a job: call list_jobs.').describe('From run_action or list_jobs.');
const from = z
  .number()
  .int()
  .min(0, 'Give the nextFrom of the answer before, or leave it out.')
  .optional()
  .describe('The nextFrom of the answer before.');
const branchName = z.string().min(1, 'Name a branch.').max(244, 'This name is too long for a branch.');
const action = z.strictObject({
  repoId,
  kind: z
    .enum(['sync_repo', 'restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch'])
    .describe(
      'sync_repo: fetch and find what has landed; with `expected` also move what stood on it. restack_repo: every tracked branch onto its parent. restack_subtree: the branch and all above it. rebase_branch: this branch alone. reparent_branch: the branch, with all above it, onto `parent`.',
    ),
  branch: branchName.optional().describe('Needed by restack_subtree, rebase_branch and reparent_branch.'),
  branches: z.array(branchName).optional().describe('Of restack_subtree: several branches, in the place of `branch`.'),
  parent: branchName.optional().describe('Needed by reparent_branch: the branch to stand on.'),
});
const accepted = z.object({ jobId: z.string(), status: z.string(), next: z.string() });
const NEXT = 'Call wait_for_job with this jobId to see how it ends.';

const READS = { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false };
const REWRITES = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };
const ADDS = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true };

/** The tools of an agent, always in this order; without those that change anything where it may only read. */
export function createMcpServer({ reader, as, onBehalfOf, readOnly }: McpOptions): McpServer {
  const server = new McpServer(
    { name: 'spicerack', title: 'Spicerack', version },
    {
      instructions:
        'Stacked branches of git repositories. Look first (list_repos, get_stack), then forecast, then run_action with the `expected` that forecast gave, then wait_for_job. Every action is a background job; most can be undone.',
    },
  );
  const asker = (ctx: ServerContext) => as(requestedBy(server, ctx, onBehalfOf));

  server.registerTool(
    'list_repos',
    {
      title: 'List repositories',
      description:
        'The repositories, each with how many of its branches want attention. Start here: other tools take its repoId. Where they are many it names the first: `nextFrom` leads to the rest, `search` to one.',
      inputSchema: z.strictObject({
        search: z.string().max(244).optional().describe('Part of a name or an address.'),
        from,
      }),
      outputSchema: reposShape,
      annotations: READS,
    },
    (input, ctx) => answer(ctx, async () => reposOf((await reader.repos.list()).repos, input)),
  );

  server.registerTool(
    'get_stack',
    {
      title: 'See the stacks of a repository',
      description:
        'The branches of a repository with their parents and states, as of its last sync. Use it to find which branches a restack would move, which conflict, which are held back and why, and which are untracked. They come by name, a small page at a time: `nextCursor` leads to the next.',
      inputSchema: z.strictObject({
        repoId,
        filter: z
          .enum(['all', 'active', 'needs_restack', 'conflicts', 'held_back', 'untracked', 'merged'])
          .optional()
          .describe('active unless given: those that are neither merged nor gone.'),
        search: z.string().max(244).optional().describe('Part of a name or a subject.'),
        cursor: branchName.optional().describe('The nextCursor of the page before.'),
      }),
      outputSchema: stackShape,
      annotations: READS,
    },
    (input, ctx) =>
      answer(ctx, async () => {
        const filter = input.filter ?? 'active';
        return stackOf(await reader.repos.overview({ ...input, filter }), filter, input.search);
      }),
  );

  server.registerTool(
    'get_branch',
    {
      title: 'See one branch',
      description:
        'One branch with what stands on it and the last jobs that concerned it. Where much stands on it, it names the first: `nextFrom` leads to the rest. Use get_stack for several.',
      inputSchema: z.strictObject({ repoId, branch: branchName, from }),
      outputSchema: oneBranchShape,
      annotations: READS,
    },
    ({ repoId: id, branch: name, from: first }, ctx) =>
      answer(ctx, async () => {
        const [{ repo, branches, states }, { jobs }] = await Promise.all([
          wholeOverview(reader, id),
          reader.jobs.list({ repoId: id, branch: name, limit: 5 }),
        ]);
        const row = branches.find((each) => each.name === name);
        const above = branches.filter(({ parent }) => parent === name).map((each) => each.name);
        if (name === repo.trunk) {
          const { message, hint } = isTrunk(name);
          throw new Error(`${message} ${hint} On it: ${firstIn(above, ', ') || 'nothing'}.`);
        }
        if (!row)
          throw new Error(
            `The remote had no branch ${name} at the last sync. Call get_stack with filter "all" for those it had, or run_action with sync_repo to look again.`,
          );
        return oneBranchOf({ branch: branchOf(row, states), above, jobs }, first);
      }),
  );

  server.registerTool(
    'get_job',
    {
      title: 'See a job',
      description:
        'A job as it is now, with what it moved and held back, and whether it can be undone. Where that is much it names the first: `nextFrom` leads to the rest. It does not wait.',
      inputSchema: z.strictObject({ jobId, from }),
      outputSchema: detailShape.extend({ canBeUndone: z.boolean() }),
      annotations: READS,
    },
    ({ jobId: id, from: first }, ctx) =>
      answer(ctx, async () => {
        const detail = await reader.jobs.get({ jobId: id });
        return { ...detailOf(detail, first), canBeUndone: detail.undo.possible };
      }),
  );

  server.registerTool(
    'list_jobs',
    {
      title: 'List jobs',
      description:
        'Jobs, newest first, of one repository or of all, each with the first of what it moved and held back: get_job has all of that.',
      inputSchema: z.strictObject({
        repoId: repoId.optional(),
        status: z.enum(['queued', 'running', 'completed', 'error', 'cancelled']).optional(),
        branch: branchName.optional(),
        limit: z
          .number()
          .int()
          .min(1)
          .max(100)
          .optional()
          .describe(`No more than ${MOST} come, and fewer where there is much to say of each.`),
        cursor: z
          .number()
          .int()
          .min(1, 'Give the nextCursor of the page before, or leave it out.')
          .optional()
          .describe('The nextCursor of the page before.'),
      }),
      outputSchema: z.object({ jobs: z.array(jobShape), nextCursor: z.number().nullable() }),
      annotations: READS,
    },
    (input, ctx) =>
      answer(ctx, async () => {
        const { jobs, nextCursor } = await reader.jobs.list(input);
        return jobsOf(jobs, nextCursor);
      }),
  );

  server.registerTool(
    'forecast',
    {
      title: 'Forecast an action',
      description:
        'What an action would move, hold back and drop, without doing it. Call it before run_action, which takes the `expected` of its answer. Where that is much it names the first of each list, with how many there are: `nextFrom` leads to the rest of the same forecast while `expected` stays the same.',
      inputSchema: action.extend({ from }),
      outputSchema: forecastShape,
      annotations: READS,
    },
    ({ from: first, ...input }, ctx) => answer(ctx, () => readyForecast(reader, input, ctx, first)),
  );

  if (!readOnly) {
    server.registerTool(
      'run_action',
      {
        title: 'Run an action',
        description:
          'Queues an action that may rewrite branches on the remote and answers at once with its job. All need `expected` from forecast, but for a sync_repo that only reads. Use register_branches to track branches.',
        inputSchema: action.extend({
          expected: z
            .string()
            .regex(/^[0-9a-f]{40}$/, 'Give the `expected` that forecast answered with.')
            .optional(),
          agreed: z
            .boolean()
            .optional()
            .describe(
              'True where the person agrees to what the forecast holds back, drops or loses, once you have told them.',
            ),
        }),
        outputSchema: accepted,
        annotations: REWRITES,
      },
      ({ expected, agreed, ...input }, ctx) =>
        answer(ctx, async () => {
          if (input.kind === 'sync_repo' && expected === undefined) {
            return queued(await asker(ctx).jobs.run({ ...input, move: false }));
          }
          if (expected === undefined) {
            throw new Error(
              `expected: ${input.kind} may rewrite branches. Call forecast with the same fields first, then pass its \`expected\`.`,
            );
          }
          const tipsKey = tipsOf(expected, input);
          const known = await readyForecast(reader, input, ctx);
          // Of other rows than those that were looked at, the answer of `run` says what has changed.
          const isSame = known.expected === expected;
          if (isSame && (known.status !== 'ready' || known.failure)) {
            throw new Error(`${known.summary} Nothing was queued: act on what it says, then call forecast again.`);
          }
          const losses = isSame && !agreed ? lossesOf(known) : [];
          if (losses.length > 0) {
            const told = losses.join(' ');
            const said = inputResponse(ctx.mcpReq.inputResponses, 'confirm');
            const yes = acceptedContent(ctx.mcpReq.inputResponses, 'confirm', CONFIRMATION)?.confirm === true;
            if (said.kind === 'missing' && canAsk(server, ctx)) {
              return inputRequired({
                inputRequests: {
                  confirm: inputRequired.elicit({
                    message: visible(`${known.summary} ${told} Go on with the rest?`),
                    requestedSchema: CONFIRMATION,
                  }),
                },
              });
            }
            if (!yes) {
              const next =
                said.kind === 'missing'
                  ? 'Tell the person (forecast names all of it), and where they agree pass agreed: true.'
                  : 'The person did not agree: nothing was queued.';
              throw new Error(`${told} ${next}`);
            }
          }
          return queued(await asker(ctx).jobs.run({ ...input, expected: tipsKey }));
        }),
    );
  }

  server.registerTool(
    'wait_for_job',
    {
      title: 'Wait for a job',
      description:
        'Waits until a job has ended, 50 seconds at most. Where `ended` is false it goes on by itself: call this again. Of what it moved and held back it names the first: get_job has the rest.',
      inputSchema: z.strictObject({ jobId, seconds: z.number().min(0).max(MOST_WAIT_S).optional() }),
      outputSchema: detailShape.extend({ ended: z.boolean() }),
      annotations: READS,
    },
    ({ jobId: id, seconds = MOST_WAIT_S }, ctx) =>
      answer(ctx, async () => {
        const progress = progressOf(ctx);
        const detail =
          (await within(seconds * 1000, ctx, (signal) =>
            reader.waitForJob(id, { signal, onChange: (seen) => progress.tell(wordsOf(seen)) }),
          )) ?? (await reader.jobs.get({ jobId: id }));
        await progress.told();
        return { ...detailOf(detail), ended: detail.job.finishedAt !== null };
      }),
  );

  if (readOnly) return server;

  server.registerTool(
    'undo_job',
    {
      title: 'Undo a job',
      description:
        'Queues the job that puts back everything a job has moved. Refused once one of those branches has moved again; get_job says whether it is possible.',
      inputSchema: z.strictObject({ jobId }),
      outputSchema: accepted,
      annotations: REWRITES,
    },
    (input, ctx) => answer(ctx, async () => queued(await asker(ctx).jobs.undo(input))),
  );

  server.registerTool(
    'cancel_job',
    {
      title: 'Cancel a job',
      description: 'Cancels a job that has not begun its push; after that undo it instead.',
      inputSchema: z.strictObject({ jobId }),
      outputSchema: z.object({ jobId: z.string(), status: z.string() }),
      annotations: { ...ADDS, idempotentHint: true, openWorldHint: false },
    },
    (input, ctx) => answer(ctx, async () => asker(ctx).jobs.cancel(input)),
  );

  server.registerTool(
    'register_branches',
    {
      title: 'Register branches',
      description:
        'Tracks one branch on a parent (left out: the suggested one), several `branches` on their suggested ones, or with suggested: true every untracked branch that has a suggestion. No ref moves.',
      inputSchema: z.strictObject({
        repoId,
        branch: branchName.optional(),
        branches: z.array(branchName).optional(),
        parent: branchName.optional(),
        suggested: z.boolean().optional(),
      }),
      outputSchema: accepted,
      annotations: { ...ADDS, idempotentHint: true },
    },
    (input, ctx) =>
      answer(ctx, async () => queued(await asker(ctx).jobs.run({ ...input, kind: 'register_existing_branch' }))),
  );

  server.registerTool(
    'create_task',
    {
      title: 'Create a task',
      description:
        'Creates a task with a branch: an existing one by `branch` alone, else a new one on `parent` (or the trunk).',
      inputSchema: z.strictObject({
        repoId,
        title: z.string().trim().min(1, 'Give the task a title.').max(300),
        description: z.string().max(20_000).optional(),
        branch: branchName.optional(),
        parent: branchName.optional(),
      }),
      outputSchema: z.object({
        taskId: z.string(),
        branch: z.string(),
        branchStatus: z.string(),
        jobId: z.string().nullable(),
      }),
      annotations: ADDS,
    },
    (input, ctx) =>
      answer(ctx, async () => {
        const { id, branch, branchStatus, jobId: attaching } = await asker(ctx).tasks.create(input);
        return { taskId: id, branch, branchStatus, jobId: attaching };
      }),
  );

  return server;
}

const CONFIRMATION = z.object({ confirm: z.boolean().describe('Go on, and leave out what was named.') });

function queued({ jobId: id, status }: { jobId: string; status: string }): z.infer<typeof accepted> {
  return { jobId: id, status, next: NEXT };
}

async function readyForecast(reader: Spicerack, input: Asked, ctx: ServerContext, first?: number) {
  const ready = await within(FORECAST_MS, ctx, (signal) => reader.waitForForecast(input, { signal }));
  const known = ready ?? (await reader.forecast.get(input));
  return forecastOf(known, expectedOf(known.tipsKey, input), first);
}

type Asked = z.infer<typeof action>;

/** What an agent has seen: the branches as they were, and the action that was forecast for them. */
function expectedOf(tipsKey: string, { kind, branch, branches, parent }: Asked): string {
  const action = JSON.stringify([kind, branch ?? branches ?? null, parent ?? null]);
  return `${tipsKey}${createHash('sha256').update(action).digest('hex').slice(0, 8)}`;
}

/** @throws Error where it is of the forecast of another action */
function tipsOf(expected: string, input: Asked): string {
  const tipsKey = expected.slice(0, 32);
  if (expectedOf(tipsKey, input) === expected) return tipsKey;
  throw new Error(
    'expected: This is of the forecast of another action. Call forecast with the same fields, then pass its `expected`.',
  );
}

/** What was waited for; null where that takes longer. */
async function within<T>(ms: number, ctx: ServerContext, wait: (signal: AbortSignal) => Promise<T>): Promise<T | null> {
  const over = timeLimit(ms);
  try {
    return await wait(AbortSignal.any([ctx.mcpReq.signal, over]));
  } catch (error) {
    if (over.aborted && !ctx.mcpReq.signal.aborted) return null;
    throw error;
  }
}

/** Progress of a call, told in order to those who have asked for it, and nothing twice in a row. */
function progressOf(ctx: ServerContext): { tell(words: string): void; told(): Promise<void> } {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  let last = '';
  let count = 0;
  let telling = Promise.resolve();
  return {
    tell(words) {
      if (progressToken === undefined || words === last) return;
      last = words;
      const params = { progressToken, progress: ++count, message: visible(words) };
      telling = telling.then(() => ctx.mcpReq.notify({ method: 'notifications/progress', params }));
    },
    told: () => telling,
  };
}

const wordsOf = ({ job }: JobDetail) => `#${job.seq} ${job.status}${job.message ? `: ${job.message}` : ''}`;

/** What a tool answers with: data, or a failure that an agent can read and act on. */
async function answer(ctx: ServerContext, work: () => Promise<object>): Promise<CallToolResult | InputRequiredResult> {
  try {
    const found = await work();
    if (isInputRequiredResult(found)) return found;
    return { content: [{ type: 'text', text: visibleJson(found) }], structuredContent: { ...found } };
  } catch (error) {
    if (ctx.mcpReq.signal.aborted) throw error;
    return resultOfError(error);
  }
}

/** What a request says of its client; older clients have said it once, at the beginning. */
const ENVELOPE = z.looseObject({
  [CLIENT_INFO_META_KEY]: z.looseObject({ name: z.string(), version: z.string() }).optional(),
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({ elicitation: z.unknown().optional() }).optional(),
});

/** Who asks, for the job's row: the agent's program with its version, and for whom. At most 100 characters. */
function requestedBy(server: McpServer, ctx: ServerContext, onBehalfOf: string | null): string {
  const info = envelopeOf(ctx)[CLIENT_INFO_META_KEY] ?? server.server.getClientVersion();
  const agent = info ? `${info.name} ${info.version}` : 'an agent over MCP';
  // A long name of one must not hide the other.
  return visible(onBehalfOf ? `${agent.slice(0, 60)} for ${onBehalfOf}` : agent).slice(0, 100);
}

function canAsk(server: McpServer, ctx: ServerContext): boolean {
  const can = envelopeOf(ctx)[CLIENT_CAPABILITIES_META_KEY] ?? server.server.getClientCapabilities();
  return can?.elicitation !== undefined;
}

function envelopeOf(ctx: ServerContext): z.infer<typeof ENVELOPE> {
  return ENVELOPE.safeParse(ctx.mcpReq.envelope).data ?? {};
}
