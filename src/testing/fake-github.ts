import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** A pull request as it stands on the fake; what is left out is as with a plain open one. */
export interface FakePullRequest {
  number: number;
  branch: string;
  base: string;
  /** Its last commit. */
  head: string;
  state?: 'OPEN' | 'CLOSED' | 'MERGED';
  draft?: boolean;
  /** From a fork, whose branch has the same name. */
  fork?: boolean;
  ci?: 'SUCCESS' | 'PENDING' | 'EXPECTED' | 'FAILURE' | 'ERROR';
  review?: 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED';
}

/** How it answers: as it should, or in one of the ways in which GitHub does not. */
export type Manners =
  | 'good'
  | 'hung'
  | 'bad_credentials'
  | 'no_access'
  | 'rate_limited'
  | 'too_quick'
  | 'bad_gateway'
  | 'no_checks'
  | 'redirect'
  | 'bomb'
  | 'nonsense';

/** A stand-in for GitHub's GraphQL API on loopback, as far as pull requests go, for one repository. */
export interface FakeGitHub {
  /** Address of the API; differs from one fake to the next. */
  readonly apiUrl: string;
  pullRequests: FakePullRequest[];
  manners: Manners;
  /** Branches that nobody may rewrite, with the pattern of the rule; others have no rule. */
  protected: Record<string, string>;
  /** Called with the number of each question, from 1, before it is answered. */
  onQuestion: (count: number) => void;
  /** Every question that has come, oldest first. */
  readonly questions: Array<{ operation: string; variables: Record<string, unknown>; authorization: string }>;
  close(): Promise<void>;
}

/** Starts a fake that answers for `repository` (`owner/name`). */
export async function fakeGitHub(repository: string): Promise<FakeGitHub> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // an address with a port, since it listens on TCP

  const fake: FakeGitHub = {
    apiUrl: `http://127.0.0.1:${port}/graphql`,
    pullRequests: [],
    manners: 'good',
    protected: {},
    onQuestion: () => undefined,
    questions: [],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const operation = /^query (\w+)/.exec(query)?.[1] ?? '';
    fake.questions.push({ operation, variables, authorization: request.headers.authorization ?? '' });
    fake.onQuestion(fake.questions.length);
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

    switch (fake.manners) {
      case 'hung':
        return;
      case 'bad_credentials':
        return void send(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/graphql' });
      case 'rate_limited':
        return void send(
          200,
          { errors: [{ type: 'RATE_LIMIT', message: 'API rate limit already exceeded for user ID 1.' }] },
          { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 1800) },
        );
      case 'too_quick':
        return void send(
          403,
          { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' },
          { 'retry-after': '120' },
        );
      case 'bad_gateway':
        return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Unicorn!</html>');
      case 'redirect':
        return void response.writeHead(307, { location: fake.apiUrl.replace('/graphql', '/elsewhere') }).end();
      case 'bomb':
        return void response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
      case 'nonsense':
        return void send(200, { data: { repository: { pullRequests: 'many', branch0: 'one' } } });
    }
    const asked = `${variables.owner}/${variables.repo}`;
    if (fake.manners === 'no_access' || asked !== repository) {
      const message = `Could not resolve to a Repository with the name '${asked}'.`;
      return void send(200, {
        data: { repository: null },
        errors: [{ type: 'NOT_FOUND', path: ['repository'], message }],
      });
    }
    const checks = fake.manners === 'good';
    const errors = checks
      ? undefined
      : [{ type: 'FORBIDDEN', message: 'Resource not accessible by personal access token' }];
    const headers = { 'x-ratelimit-remaining': '4987' };
    send(200, { data: { repository: select(operation, variables, checks) }, errors }, headers);
  }

  function select(operation: string, variables: Record<string, unknown>, checks: boolean): Record<string, unknown> {
    const newestFirst = [...fake.pullRequests].sort((a, b) => b.number - a.number);
    const first = Number(variables.first);
    if (operation === 'openPullRequests') {
      const open = newestFirst.filter(({ state = 'OPEN' }) => state === 'OPEN');
      const from = Number(variables.after ?? 0);
      const endCursor = String(from + first);
      return {
        pullRequests: {
          pageInfo: { hasNextPage: from + first < open.length, endCursor },
          nodes: open.slice(from, from + first).map((pull) => ({ ...node(pull), commits: commits(pull, checks) })),
        },
      };
    }
    if (operation === 'protectedBranches') {
      const all = Object.entries(fake.protected);
      const from = Number(variables.after ?? 0);
      return {
        refs: {
          pageInfo: { hasNextPage: from + first < all.length, endCursor: String(from + first) },
          nodes: all.slice(from, from + first).map(([name, pattern]) => ({
            name,
            refUpdateRule: { pattern, allowsForcePushes: false },
          })),
        },
      };
    }
    const named = Object.entries(variables).filter(([name]) => /^branch\d+$/.test(name));
    return Object.fromEntries(
      named.map(([alias, branch]) => {
        const found = newestFirst.filter((pull) => pull.branch === branch).slice(0, first);
        return [alias, { nodes: found.map(node) }];
      }),
    );
  }

  function node(pull: FakePullRequest): Record<string, unknown> {
    return {
      number: pull.number,
      state: pull.state ?? 'OPEN',
      isDraft: pull.draft ?? false,
      url: `https://github.com/${repository}/pull/${pull.number}`,
      headRefName: pull.branch,
      headRefOid: pull.head,
      baseRefName: pull.base,
      isCrossRepository: pull.fork ?? false,
      reviewDecision: pull.review ?? null,
    };
  }
  return fake;
}

function commits({ ci }: FakePullRequest, checks: boolean): unknown {
  return { nodes: [{ commit: { statusCheckRollup: ci && checks ? { state: ci } : null } }] };
}
