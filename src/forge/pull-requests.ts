import { z } from 'zod';
import type { BranchRow } from '@/db/schema';
import type { ForgeErrorCode } from '@/model/errors';
import { timeLimit } from '@/time-limit';
import { askGitHub, type ForgeAddress, ForgeError } from './graphql';

/** A pull request of a branch of the same repository. */
export interface PullRequest {
  number: number;
  state: NonNullable<BranchRow['prState']>;
  url: string;
  /** The branch that it goes, or went, into. */
  base: string;
  /** Its last commit; pushes after it was merged or closed do not change it. */
  head: string;
  /** Of the last commit; null where nothing checks it, and of pull requests that are merged or closed. */
  ci: BranchRow['ci'];
  review: BranchRow['review'];
}

/** Why something is missing from the answer. The message is for people and says what to do. */
export interface ForgeProblem {
  code: ForgeErrorCode;
  message: string;
}

/** As much as the forge has said. */
export interface PullRequestAnswer {
  /** For every branch that was looked up its pull request, or null where it has none; others were not looked up. */
  byBranch: ReadonlyMap<string, PullRequest | null>;
  /** Branches that a rule of their own lets nobody rewrite; undefined where the forge has not said. */
  protectedBranches?: ReadonlySet<string>;
  problem: ForgeProblem | null;
}

/** Pull requests on a page: their checks are much work for GitHub, which gives up after 10 s. */
const PAGE = 50;
/** The newest thousand open ones; beyond that, branches are looked up by name. */
const MOST_PAGES = 20;
/** Branches looked up by name in one question, and at most in one go. */
const BATCH = 50;
const MOST_LOOKED_UP = 300;
/** Of a name, the newest so many: forks may have a branch of the same name. */
const SAME_NAME = 10;

const FACTS = `fragment facts on PullRequest {
  number state isDraft url headRefName headRefOid baseRefName isCrossRepository reviewDecision
}`;
const NEWEST_FIRST = 'orderBy: { field: CREATED_AT, direction: DESC }';

/** Checks by way of the last commit: GitHub Enterprise knows that for longer than the pull request's own field. */
const OPEN_QUERY = `query openPullRequests($owner: String!, $repo: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    pullRequests(states: OPEN, first: $first, after: $after, ${NEWEST_FIRST}) {
      pageInfo { hasNextPage endCursor }
      nodes { ...facts commits(last: 1) { nodes { commit { statusCheckRollup { state } } } } }
    }
  }
}
${FACTS}`;

/** The question about so many branches by name, which are the variables `$branch0`, `$branch1`, … */
function lookUpQuery(count: number): string {
  const each = (line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i));
  const variables = each((i) => `$branch${i}: String!`).join(', ');
  const fields = each(
    (i) => `branch${i}: pullRequests(headRefName: $branch${i}, first: $first, ${NEWEST_FIRST}) { nodes { ...facts } }`,
  ).join('\n    ');
  return `query pullRequestsOfBranches($owner: String!, $repo: String!, $first: Int!, ${variables}) {
  repository(owner: $owner, name: $repo) {
    ${fields}
  }
}
${FACTS}`;
}

/** Rules by way of the refs: unlike the rules themselves, those are shown to others than administrators. */
const PROTECTED_QUERY = `query protectedBranches($owner: String!, $repo: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $repo) {
    refs(refPrefix: "refs/heads/", first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { name refUpdateRule { pattern allowsForcePushes } }
    }
  }
}`;
/** Refs on a page, which are little work, and pages: beyond a thousand branches it is left to their names. */
const REFS = 100;
const MOST_REF_PAGES = 10;

const Node = z.object({
  number: z.int(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  url: z.url({ protocol: /^https?$/ }),
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  isCrossRepository: z.boolean(),
  reviewDecision: z.string().nullish(),
  commits: z
    .object({
      nodes: z.array(
        z.object({ commit: z.object({ statusCheckRollup: z.object({ state: z.string() }).nullish() }) }).nullable(),
      ),
    })
    .nullish(),
});
type Node = z.infer<typeof Node>;

/** What GitHub could not read is null. */
const Nodes = z.array(Node.nullable()).nullable();
const OpenPage = z.object({
  pullRequests: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
    nodes: Nodes,
  }),
});
const RefPage = z.object({
  refs: z
    .object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      nodes: z.array(
        z
          .object({
            name: z.string(),
            refUpdateRule: z.object({ pattern: z.string(), allowsForcePushes: z.boolean() }).nullish(),
          })
          .nullable(),
      ),
    })
    .nullish(),
});
const LookUp = z.record(z.string(), z.object({ nodes: Nodes }).nullable());

/** Until when an API that asked for it, or did not answer, is left alone, and why: one for all repos of a forge. */
const quiet = new Map<string, { until: number; problem: ForgeProblem }>();

/**
 * What GitHub knows about the pull requests of a repository's own branches (those of forks are left out): every
 * open one, and for each of `branches` without an open one its newest. At most 300 are looked up, so give those
 * first that matter most. A refusal, an error or the time limit (milliseconds, for everything together) is a
 * `problem` beside what was found until then.
 * @throws the signal's reason when it aborts, and nothing else
 */
export async function pullRequests(
  forge: ForgeAddress,
  token: string,
  branches: string[],
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<PullRequestAnswer> {
  const byBranch = new Map<string, PullRequest | null>();
  const resting = quiet.get(forge.apiUrl);
  if (resting && resting.until > Date.now()) return { byBranch, problem: resting.problem };
  quiet.delete(forge.apiUrl);

  const leftOut = new Set<string>();
  let protectedBranches: ReadonlySet<string> | undefined;
  const patience = { signal: options.signal, timeout: timeLimit(options.timeoutMs) };
  const ask = async <T>(shape: z.ZodType<T>, query: string, variables: Record<string, unknown>): Promise<T> => {
    const answer = await askGitHub(forge, token, query, variables, patience);
    for (const words of answer.leftOut) leftOut.add(words);
    const parsed = shape.safeParse(answer.repository);
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new ForgeError('failed', `The forge's answer is not as expected (${where}).`);
  };
  try {
    await findOpen(ask, byBranch);
    await lookUp(ask, byBranch, branches);
    protectedBranches = await findProtected(ask);
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    const problem = { code: error.code, message: error.message };
    if (error.quietMs > 0) quiet.set(forge.apiUrl, { until: Date.now() + error.quietMs, problem });
    return { byBranch, problem };
  }
  return { byBranch, ...(protectedBranches && { protectedBranches }), problem: incomplete(leftOut) };
}

type Ask = <T>(shape: z.ZodType<T>, query: string, variables: Record<string, unknown>) => Promise<T>;

/** Adds every open pull request; of several with one head the newest. */
async function findOpen(ask: Ask, byBranch: Map<string, PullRequest | null>): Promise<void> {
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { pullRequests: found }: z.infer<typeof OpenPage> = await ask(OpenPage, OPEN_QUERY, { first: PAGE, after });
    for (const node of found.nodes ?? []) {
      if (node && !node.isCrossRepository && !byBranch.has(node.headRefName)) {
        byBranch.set(node.headRefName, fromNode(node));
      }
    }
    after = found.pageInfo.endCursor;
    if (!found.pageInfo.hasNextPage || after === null) return;
  }
}

/** Adds the newest pull request of each branch that has none yet. */
async function lookUp(ask: Ask, byBranch: Map<string, PullRequest | null>, branches: string[]): Promise<void> {
  const open = branches.filter((branch) => !byBranch.has(branch)).slice(0, MOST_LOOKED_UP);
  for (let from = 0; from < open.length; from += BATCH) {
    const batch = open.slice(from, from + BATCH);
    const variables = Object.fromEntries(batch.map((branch, i) => [`branch${i}`, branch]));
    const found = await ask(LookUp, lookUpQuery(batch.length), { first: SAME_NAME, ...variables });
    for (const [i, branch] of batch.entries()) {
      const nodes = found[`branch${i}`]?.nodes;
      if (!nodes) continue; // left out by the forge, which has said so
      const node = nodes.find((candidate) => candidate?.headRefName === branch && !candidate.isCrossRepository);
      byBranch.set(branch, node ? fromNode(node) : null);
    }
  }
}

/** The branches that a rule of their own lets nobody rewrite. A rule for every branch says of none that it is long-lived. */
async function findProtected(ask: Ask): Promise<Set<string> | undefined> {
  const found = new Set<string>();
  let after: string | null = null;
  for (let page = 0; page < MOST_REF_PAGES; page += 1) {
    const { refs }: z.infer<typeof RefPage> = await ask(RefPage, PROTECTED_QUERY, { first: REFS, after });
    if (!refs) return undefined;
    for (const node of refs.nodes) {
      const rule = node?.refUpdateRule;
      if (rule && !rule.allowsForcePushes && !/^[*/]+$/.test(rule.pattern)) found.add(node.name);
    }
    after = refs.pageInfo.endCursor;
    if (!refs.pageInfo.hasNextPage || after === null) break;
  }
  return found;
}

const CI: Record<string, PullRequest['ci']> = {
  SUCCESS: 'success',
  PENDING: 'pending',
  EXPECTED: 'pending',
  FAILURE: 'failure',
  ERROR: 'failure',
};
const REVIEW: Record<string, PullRequest['review']> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes_requested',
  REVIEW_REQUIRED: 'required',
};
const STATE = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const;

function fromNode(node: Node): PullRequest {
  const rollup = node.commits?.nodes[0]?.commit.statusCheckRollup;
  return {
    number: node.number,
    state: node.state === 'OPEN' && node.isDraft ? 'draft' : STATE[node.state],
    url: node.url,
    base: node.baseRefName,
    head: node.headRefOid,
    ci: CI[rollup?.state ?? ''] ?? null,
    review: REVIEW[node.reviewDecision ?? ''] ?? null,
  };
}

/** A token that may not read checks, say, gets everything else. */
function incomplete(leftOut: Set<string>): ForgeProblem | null {
  if (leftOut.size === 0) return null;
  const words = [...leftOut].slice(0, 3).join('; ');
  return { code: 'incomplete', message: `The forge left a part out: ${words}. The token may need more rights.` };
}
