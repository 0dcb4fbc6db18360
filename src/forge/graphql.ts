import { z } from 'zod';
import { setCounter } from '@/counters';
import type { ForgeErrorCode } from '@/model/errors';
import type { ForgeRepo } from '@/repos/forge-url';
import { oneLine, shown } from '@/text/foreign';

/** As much of a repository on a forge as a question needs. */
export type ForgeAddress = Pick<ForgeRepo, 'owner' | 'repo' | 'apiUrl'>;

/** Why the forge did not answer as it should. The message is for people and says what to do; it holds no token. */
export class ForgeError extends Error {
  override readonly name = 'ForgeError';
  constructor(
    readonly code: ForgeErrorCode,
    message: string,
    /** For how long it should be left alone. */
    readonly quietMs = 0,
  ) {
    super(message);
  }
}

/** What the forge said: the repository's fields, and in its own words what it left out of them. */
export interface Answer {
  repository: unknown;
  leftOut: string[];
}

/** What a caller waits for; `timeout` is told apart from `signal`, which is somebody else's wish to stop. */
export interface Patience {
  signal: AbortSignal;
  timeout: AbortSignal;
}

const Body = z.object({
  data: z.object({ repository: z.unknown() }).nullish(),
  errors: z.array(z.object({ type: z.string().optional(), message: z.string() })).optional(),
  /** Refusals before GraphQL is reached have only this. */
  message: z.string().optional(),
});
type Body = z.infer<typeof Body>;

/** A minute, as GitHub asks for where it names no time ("Best practices for using the REST API"). */
const QUIET_MS = 60_000;
/** Of an answer: a page of a hundred pull requests is far less. */
const MOST_MIB = 16;
/** GitHub's limit is for an hour; a longer wait is a misread header. */
const LONGEST_QUIET_MS = 3_600_000;

/**
 * Asks a GitHub GraphQL API one question about a repository: `query` has the variables `$owner` and `$repo`, and
 * `repository` as its one field. What GitHub does when it refuses is told by its docs ("Rate limits and
 * query limits for the GraphQL API"): a refused query may come with status 200, errors and headers.
 * @throws ForgeError; the signal's reason when `signal` aborts.
 */
export async function askGitHub(
  forge: ForgeAddress,
  token: string,
  query: string,
  variables: Record<string, unknown>,
  { signal, timeout }: Patience,
): Promise<Answer> {
  const { apiUrl, owner, repo } = forge;
  const { host } = new URL(apiUrl);
  try {
    const response = await fetch(apiUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        // GitHub refuses requests without one.
        'user-agent': 'spicerack',
      },
      body: JSON.stringify({ query, variables: { ...variables, owner, repo } }),
      cache: 'no-store',
      // The token is for this host alone.
      redirect: 'error',
      signal: AbortSignal.any([signal, timeout]),
    });
    noteBudget(host, response);
    return read(host, forge, response, await textOf(host, response));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ForgeError) throw error;
    if (timeout.aborted) throw new ForgeError('timeout', `${host} did not answer in time.`, QUIET_MS);
    throw new ForgeError('unreachable', `${host} cannot be reached: ${reasonOf(error)}.`);
  }
}

/** For whoever watches how many questions are left (`upkeep/metrics.ts`). */
function noteBudget(host: string, { headers }: Response): void {
  const remaining = headers.get('x-ratelimit-remaining');
  if (remaining !== null && /^\d{1,9}$/.test(remaining)) setCounter(`forge_budget ${host}`, Number(remaining));
}

/** The body as it comes out of its compression, which may make a gigabyte of a megabyte. @throws ForgeError */
async function textOf(host: string, response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_MIB * 1024 * 1024)
      throw new ForgeError('failed', `${host} answers with more than ${MOST_MIB} MiB.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Turns a response into its data. @throws ForgeError */
function read(host: string, { owner, repo }: ForgeAddress, response: Response, text: string): Answer {
  const body = parse(text);
  const words = phrase(body?.errors?.[0]?.message ?? body?.message ?? `status ${response.status}`);
  const types = new Set(body?.errors?.map((error) => error.type));
  // The type is documented as RATE_LIMITED and sent as RATE_LIMIT (githubkit issue 271).
  const limited = types.has('RATE_LIMITED') || types.has('RATE_LIMIT');
  const { status } = response;
  if (limited || status === 429 || (status === 403 && isLimit(response, words))) {
    const quietMs = quietOf(response);
    const until = new Date(Date.now() + quietMs).toISOString().slice(11, 16);
    throw new ForgeError('rate_limited', `${host} takes no more questions until ${until} UTC: ${words}.`, quietMs);
  }
  if (status === 401 || status === 403) {
    throw new ForgeError('auth', `${host} refuses the token: ${words}. Give the server another one.`);
  }
  if (status >= 500) throw new ForgeError('unreachable', `${host} is out of order: ${words}.`);
  if (status !== 200 || !body) {
    throw new ForgeError('failed', `${host} does not answer like GitHub's GraphQL API (status ${status}).`);
  }
  const leftOut = [...new Set(body.errors?.map((error) => phrase(error.message)))];
  const repository = body.data?.repository;
  if (repository) return { repository, leftOut };
  if (types.has('FORBIDDEN')) throw new ForgeError('auth', `${host} refuses: ${words}. Give the token more rights.`);
  // Also said of a repository that is there and that the token may not see.
  if (types.has('NOT_FOUND') || leftOut.length === 0) {
    throw new ForgeError('not_found', `${host} shows the token no repository ${owner}/${repo}. Give it read access.`);
  }
  throw new ForgeError('failed', `${host} could not answer: ${words}.`);
}

function parse(text: string): Body | null {
  try {
    const parsed = Body.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (_notJson) {
    return null; // a proxy's or a gateway's page
  }
}

function isLimit(response: Response, words: string): boolean {
  return (
    response.headers.has('retry-after') ||
    response.headers.get('x-ratelimit-remaining') === '0' ||
    /rate limit/i.test(words)
  );
}

/** `retry-after` is in seconds; `x-ratelimit-reset` is a time in seconds, and counts where nothing remains. */
function quietOf({ headers }: Response): number {
  const after = Number(headers.get('retry-after')) * 1000;
  const reset = headers.get('x-ratelimit-remaining') === '0' ? Number(headers.get('x-ratelimit-reset')) * 1000 : 0;
  const quiet = after || reset - Date.now();
  return quiet > 0 ? Math.min(quiet, LONGEST_QUIET_MS) : QUIET_MS;
}

/** fetch hides why it failed in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return phrase(cause instanceof Error ? cause.message || cause.name : String(cause));
}

/** The forge's words as a part of a sentence. */
function phrase(text: string): string {
  return oneLine(shown(text), 300).replace(/\.$/, '');
}
