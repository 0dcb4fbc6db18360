import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { failureOfGit } from '@/queue/failure';
import { remoteHead } from '../remote/ls-remote';
import { classify, GitError, type GitErrorKind } from './error';
import { REASONS } from './reasons';
import { whoSaid } from './said';

const CUT =
  'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n';
const http = (status: number, words = '') =>
  `${words}fatal: unable to access 'https://git.example.com/acme/shop/': The requested URL returned error: ${status}\n`;
const bar = `remote: ${'='.repeat(72)}\nremote: \n`;
const framed = (words: string) => `remote: \n${bar}remote: ${words}\nremote: \n${bar}${CUT}`;
const pushed = (words: string) => `${words}error: failed to push some refs to 'git@git.example.com:acme/shop.git'\n`;
const CHANGED = `@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @
@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@
IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!
Host key for git.example.com has changed and you have requested strict checking.
Host key verification failed.
${CUT}`;

/** The words as they are seen, whole, by what they mean. */
const SEEN: Record<string, string[]> = {
  'out of memory': ['fatal: Out of memory, malloc failed (tried to allocate 1048576 bytes)\n'],
  'our disk is full': ['fatal: write error: No space left on device\nerror: RPC failed; curl 23\nfatal: early EOF\n'],
  'protocol not allowed': ["fatal: transport 'ext' not allowed\n", "fatal: protocol 'foo' is not supported\n"],
  'another owner': [`fatal: detected dubious ownership in repository at '/srv/x'\n${CUT}`],
  'changed host key': [CHANGED],
  'unknown host key': [
    `Host key verification failed.\r\n${CUT}`,
    `No ED25519 host key is known for git.example.com and you have requested strict checking.\n${CUT}`,
  ],
  certificate: [
    "fatal: unable to access 'https://git.example.com/x/': server certificate verification failed. CAfile: none CRLfile: none\n",
    "fatal: unable to access 'https://git.example.com/x/': SSL certificate problem: self-signed certificate\n",
    "fatal: unable to access 'https://git.example.com/x/': SSL: no alternative certificate subject name matches target host name 'git.example.com'\n",
  ],
  'single sign-on': [
    `ERROR: The 'acme' organization has enabled or enforced SAML SSO.\nTo access this repository, you must use the HTTPS remote with a personal access token\n${CUT}`,
    http(
      403,
      "remote: The `acme' organization has enabled or enforced SAML SSO. To access\nremote: this repository, you must re-authorize the OAuth Application `x`.\n",
    ),
  ],
  'suspended account': [
    'fatal: remote error: CAPTCHA required\nYour Bitbucket account has been marked as requiring a CAPTCHA.\n',

    `ERROR: Your account is suspended. Please check with your installation administrator.\n${CUT}`,
    http(403, 'remote: Your account is suspended. Please visit https://support.github.com for more information.\n'),
    http(403, 'remote: Your account is disabled. Please see https://github.com/account/billing\n'),
    framed('ERROR: Your account has been blocked.'),
  ],
  'allow list': [
    `ERROR: The repository owner has an IP allow list enabled, and 192.0.2.1 is not permitted to access this repository.\n${CUT}`,
    http(403, 'remote: To access this repository, an admin must whitelist your IP.\n'),
  ],
  'expired token': [
    http(403, 'remote: Your credentials lack one or more required privilege scopes.\n'),
    'fatal: remote error: TF30063: You are not authorized to access dev.azure.com.\n',

    http(
      403,
      'remote: HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you must use a token.\n',
    ),
    "remote: TF400813: The user '' is not authorized to access this resource.\nfatal: Authentication failed for 'https://dev.azure.com/acme/_git/shop/'\n",
  ],
  'two-step login': [
    http(403, 'remote: Bitbucket Cloud recently stopped supporting account passwords for Git authentication.\n'),

    "remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for 'https://github.com/acme/shop/'\n",
    http(403, 'remote: To access this repository, enable two-step authentication.\n'),
  ],
  'fine-grained token': [http(403, 'remote: Write access to repository not granted.\n')],
  'no project access': [
    'fatal: remote error: upload-pack not permitted on shop\n',
    framed('ERROR: You are not allowed to download code from this project.'),
  ],
  'read-only repository': [
    `ERROR: This repository was archived so it is read-only.\n${CUT}`,
    http(403, 'remote: This repository was archived so it is read-only.\n'),
    http(403, 'remote: mirror repository is read-only\n'),
    framed("ERROR: You can't push code to an archived project."),
  ],
  quota: [
    pushed(
      "remote: [ALERT] Your push failed because the account 'acme' has exceeded its user limit and this repository is restricted to read-only access.\n",
    ),
  ],
  'large file': [
    'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly\n',
    pushed("remote: error: File big.bin is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB\n"),
  ],
  secrets: [pushed('remote: error: GH013: Repository rule violations found for refs/heads/a.\n')],
  'no right to write': [
    `repository access denied. access via a deployment key is read-only.\n${CUT}`,
    'fatal: remote error: receive-pack not permitted on shop\n',
    "fatal: Upload denied for project 'shop'\n",

    `ERROR: The key you are authenticating with has been marked as read only.\n${CUT}`,
    `ERROR: Permission to acme/shop.git denied to deploy key\n${CUT}`,
    http(403, 'remote: Permission to acme/shop.git denied to ada.\n'),
    framed('ERROR: You are not allowed to push code to this project.'),
    pushed('remote:\nremote: Gitea: User permission denied for writing.\n'),
    pushed("remote: TF401027: You need the Git 'ForcePush' permission to perform this action.\n"),
    pushed('remote: error: branch refs/heads/a: prohibited by Gerrit: not permitted: force update\n'),
  ],
  'somebody else’s commits': [
    pushed('remote: error: GH007: Your push would publish a private email address.\n'),
    pushed(
      "remote: GitLab: Committer's email 'ada@example.com' is not verified. The committer email has to be one of your own.\n",
    ),
    pushed(
      "remote: error: commit 0123abc: email address ada@example.com is not registered in your account, and you lack 'forge committer' permission.\n",
    ),
  ],
  'contributor agreement': [pushed('remote: error: No Contributor Agreement on file for user ada\n')],
  'guarded branch': [
    pushed(
      'remote: Branch refs/heads/main can only be modified through pull requests.\nremote: Check your branch permissions configuration with the project administrator.\n',
    ),
    pushed('remote: Permission denied to update branch main.\n'),
    pushed(' ! [remote rejected] a -> a (prohibited by Gerrit: project state does not allow it)\n'),

    pushed('remote: error: GH006: Protected branch update failed for refs/heads/main.\n'),
    pushed('remote: TF402455: Pushes to this branch are not permitted; you must use a pull request.\n'),
  ],
  'clash of names': [
    pushed(
      "remote: error: cannot lock ref 'refs/heads/foo/bar': 'refs/heads/foo' exists; cannot create 'refs/heads/foo/bar'\n",
    ),
  ],
  'their disk is full': [
    pushed(
      'remote: fatal: write error: No space left on device\nerror: remote unpack failed: index-pack abnormal exit\n',
    ),
  ],
  'a partial clone': [
    'remote: warning: lazy fetching disabled; some objects may not be available\nremote: fatal: could not fetch 0123456789abcdef0123456789abcdef01234567 from promisor remote\nfatal: git upload-pack: aborting due to possible repository corruption on the remote side.\nremote: aborting due to possible repository corruption on the remote side.\nfatal: protocol error: bad pack header\n',
  ],
  'their repository is damaged': [
    pushed('remote: fatal: bad object refs/heads/zz\nfatal: bad object refs/heads/zz\n'),
    pushed('error: remote unpack failed: error Missing tree 0123456789abcdef0123456789abcdef01234567\n'),

    'remote: fatal: bad tree object 0123456789abcdef0123456789abcdef01234567\nremote: aborting due to possible repository corruption on the remote side.\nfatal: early EOF\nfatal: index-pack failed\n',
    pushed('remote: fatal: pack has 1 unresolved deltas\nerror: remote unpack failed: index-pack abnormal exit\n'),
  ],
  'no such commit': [
    'fatal: remote error: TF401035: The object 0123 does not exist.\n',
    'fatal: remote error: upload-pack: not our ref 0123456789abcdef0123456789abcdef01234567\n',
  ],
  'no such repository': [
    http(404, 'remote: You may not have access to this repository or it no longer exists in this workspace.\n'),
    'fatal: remote error: VS800075: The project with id 0123 does not exist, or you do not have permission to access it.\n',

    `ERROR: Repository not found.\n${CUT}`,
    "remote: Repository not found.\nfatal: repository 'https://github.com/acme/shop/' not found\n",
    framed('ERROR: The project you were looking for could not be found or you do not have permission to view it.'),
    'remote: TF401019: The Git repository with name or identifier shop does not exist or you do not have permissions\n',
    'fatal: Project not found: shop\n',
    `conq: repository does not exist.\n${CUT}`,
  ],
  'withheld by law': [http(451, 'remote: Repository unavailable due to DMCA takedown.\n')],
  'too many requests': [http(429)],
  maintenance: [
    'fatal: remote error: TF10216: Azure DevOps Services is currently unavailable.\n',

    `remote: GitLab is currently unable to handle this request due to load.\n${CUT}`,
    `Gitea: Internal error\n${CUT}`,
  ],
  'proxy login': [
    http(407, 'remote: log in to the proxy\n'),
    "fatal: unable to access 'https://git.example.com/x/': Received HTTP code 407 from proxy after CONNECT\n",
  ],
  payment: [http(402)],
  gone: [http(410), http(404)],
  login: [
    "fatal: could not read Username for 'https://github.com': terminal prompts disabled\n",
    "remote: Invalid username or password.\nfatal: Authentication failed for 'https://github.com/acme/shop/'\n",
    http(403),
  ],
  redirect: [http(302)],
  'no git': [
    'fatal: https://git.example.com/x/info/refs not valid: is this a git repository?\n',
    'fatal: protocol error: bad line length character: <!DO\n',
  ],
  'plain web server': [
    pushed('error: Cannot access URL http://git.example.com/x.git/, return code 22\nfatal: git-http-push failed\n'),
    pushed('error: no DAV locking support on http://git.example.com/x.git/\nfatal: git-http-push failed\n'),
  ],
  'bad request': [http(400), http(406)],
  'too many keys': [
    `Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures\nDisconnected from 192.0.2.1 port 22\n${CUT}`,
  ],
  'ssh login': [
    `git@github.com: Permission denied (publickey).\n${CUT}`,
    `git@host: Permission denied (publickey,password).\n${CUT}`,
  ],
  'ssh without a common method': [
    `Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa\n${CUT}`,
  ],
  'no shell': [`bash: line 1: git-upload-pack: command not found\n${CUT}`],
  'clone not writable': [
    'fatal: cannot mkdir objects/ab: Permission denied\n',
    'error: insufficient permission for adding an object to repository database objects\nfatal: failed to write object\nfatal: unpack-objects failed\n',
    "fatal: Unable to create '/srv/clones/1.git/packed-refs.lock': Permission denied\n",
    "fatal: Unable to create '/srv/clones/1.git/packed-refs.lock': Read-only file system\n",
    'error: unable to create temporary file: Permission denied\nfatal: failed to write object\n',
  ],
  'broken ref': ["error: cannot lock ref 'refs/keep/x': unable to resolve reference 'refs/keep/x': reference broken\n"],
  'locked clone': [
    "fatal: Unable to create '/x/packed-refs.lock': File exists.\n",
    "error: cannot lock ref 'refs/keep/x': is at a\n",
  ],
  'busy remote': [
    pushed("remote: error: cannot lock ref 'refs/heads/a': Unable to create './refs/heads/a.lock': File exists.\n"),
  ],
  'damaged clone': [
    'error: object file ./objects/01/23 is empty\nfatal: loose object 0123 (stored in ./objects/01/23) is corrupt\n',
  ],
  'name of the host': [
    `ssh: Could not resolve hostname nowhere: Name or service not known\n${CUT}`,
    "fatal: unable to access 'https://nowhere.example/x/': Could not resolve host: nowhere.example\n",
  ],
  'no way there': [
    pushed('error: Cannot access URL http://git.example.com/x.git/, return code 7\nfatal: git-http-push failed\n'),
    `ssh: connect to host git.example.com port 22: Connection timed out\n${CUT}`,
  ],
  'broken connection': [
    'error: RPC failed; curl 56 GnuTLS recv error (-9)\nfatal: early EOF\nfatal: index-pack failed\n',
    `kex_exchange_identification: Connection closed by remote host\n${CUT}`,
    http(503),
  ],
};

describe.each(REASONS.map((reason) => [reason.name, reason] as const))('%s', (name, reason) => {
  const seen = SEEN[name] ?? [];

  test('has been seen', () => expect(seen).not.toEqual([]));

  test.each(seen)('%j', (words) => {
    const error = classify(['push'], 128, words);
    expect(error).toMatchObject({ reason: { name }, kind: reason.kind });
    const { failure } = failureOfGit(error);
    expect(failure).toMatchObject({ code: reason.code, hint: `${reason.means} ${reason.todo}` });
    // What it says is a line of the words, and one that says something.
    const said = failure.message.replace('git push failed (exit 128): ', '');
    expect(words.replaceAll('\r', '')).toContain(said);
    expect(said).toMatch(/\p{L}{3}.*\p{L}{3}/u);
    expect(said).not.toMatch(/Could not read from remote|hung up unexpectedly$|failed to push some refs/);
  });
});

describe('the useful line', () => {
  const message = (words: string) => classify(['fetch'], 128, words).message;

  test('is not the frame that a host puts around its words', () => {
    expect(message(framed('ERROR: Your account has been blocked.'))).toBe(
      'git fetch failed (exit 128): remote: ERROR: Your account has been blocked.',
    );
  });

  test('is that of the far side where nobody knows its words, and git’s own where it said nothing', () => {
    expect(message(framed('Closed for the holidays.'))).toContain('remote: Closed for the holidays.');
    expect(message(`remote: Counting objects: 3, done.\nfatal: something new\n`)).toContain(': fatal: something new');
    expect(message(CUT)).toContain('Could not read from remote repository');
    expect(message('')).toBe('git fetch failed (exit 128)');
  });

  test('words that nobody knows are told as the remote’s, with the log to look into', () => {
    const { failure, transient } = failureOfGit(classify(['fetch'], 128, framed('Closed for the holidays.')));
    expect(failure).toMatchObject({ code: 'REMOTE_REFUSED', hint: expect.stringContaining('log') });
    expect(transient).toBe(true);
    expect(failureOfGit(classify(['fetch'], 128, CUT)).failure.code).toBe('REMOTE_UNREACHABLE');
  });
});

describe('whose trouble it is', () => {
  const remoteLine = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    // Words that would be ours if our own git said them.
    fc.constantFrom(
      ...REASONS.filter(({ by }) => by === 'own').flatMap(({ words }) => words.map((w) => w.replaceAll('*', 'x'))),
    ),
    fc.constantFrom('fatal: bad object HEAD', 'error: cannot lock ref', 'No space left on device', '='.repeat(40), ''),
  );

  test('whatever the far side says, it is never told as ours, nor as damage of the clone', () => {
    const command = fc.constantFrom('fetch', 'push', 'ls-remote');
    fc.assert(
      fc.property(command, fc.array(remoteLine, { maxLength: 6 }), fc.constantFrom('', CUT), (name, lines, end) => {
        const said = lines.flatMap((line) => line.split(/[\r\n\u2028\u2029\u0085]/)).map((line) => `remote: ${line}\n`);
        const error = classify([name], 128, said.join('') + end);
        expect(failureOfGit(error).failure.code).not.toBe('INTERNAL');
        expect(['corrupt', 'disk_full', 'too_large']).not.toContain(error.kind);
        expect(error.message).not.toMatch(/: remote:\s*$/);
      }),
    );
  });

  test('nor where it says it without a mark, as over ssh, and git’s trace has none of it', () => {
    const known = REASONS.flatMap(({ words }) => words.map((each) => each.replaceAll('*', 'x')));
    const line = fc.oneof(remoteLine, fc.constantFrom(...known));
    const trace = { said: new Set<string>(), metGit: true };
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), fc.constantFrom('', CUT), (lines, end) => {
        const words = lines.map((each) => `${each}\n`).join('') + end;
        const error = classify(['push'], 128, words, whoSaid(words, trace));
        expect(failureOfGit(error).failure.code).not.toBe('INTERNAL');
        expect(['corrupt', 'disk_full', 'too_large']).not.toContain(error.kind);
      }),
    );
  });

  test('the same words of our own git are ours', () => {
    expect(failureOfGit(classify(['fetch'], 128, 'fatal: write error: No space left on device')).failure.code).toBe(
      'INTERNAL',
    );
    expect(classify(['rev-list'], 128, 'fatal: bad object HEAD').kind).toBe('corrupt');
    expect(classify(['fetch'], 128, 'remote: fatal: Out of memory, malloc failed').kind).toBe('failed');
    expect(failureOfGit(classify(['merge-tree'], 128, "fatal: path 'a' does not exist in 'main'")).failure.code).toBe(
      'INTERNAL',
    );
  });
});

describe('what is shown of the body of an HTTP error', () => {
  afterEach(() => {
    delete process.env.SPICERACK_REMOTE_HOSTS;
  });
  const words = http(403, 'remote: Your account is suspended. See x.\nremote: a page of the inner network\n');

  test('are lines that hosts are known to say, with how many are left out', () => {
    const { stderr, message } = classify(['fetch'], 128, words);
    expect(stderr).toContain('remote: Your account is suspended. See x.');
    expect(stderr).not.toContain('inner');
    expect(stderr).toContain('not shown: 1');
    expect(message).toContain('Your account is suspended');
  });
});

describe('answers of a real http server', () => {
  /** What is asked for is `/<status>/…`; 200 is a page to sign in, 201 one of a single line. */
  const server = createServer((request, response) => {
    const status = Number(request.url?.split('/')[1]);
    const page = status === 200 ? '<!DOCTYPE html>\n<html><title>Sign in</title>\n</html>\n' : 'words of the host\n';
    if (status === 201) {
      response.end('<html><title>Sign in</title></html>');
      return;
    }
    response.writeHead(status, { 'content-type': status === 200 ? 'text/html' : 'text/plain' }).end(page);
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close().closeAllConnections());

  test.each([
    [200, 'no git', 'REMOTE_UNREACHABLE', false],
    [201, 'no git', 'REMOTE_UNREACHABLE', false],
    [400, 'bad request', 'REMOTE_REFUSED', false],
    [402, 'payment', 'REMOTE_REFUSED', false],
    [403, 'login', 'AUTH', false],
    [404, 'no such repository', 'REMOTE_UNREACHABLE', false],
    [407, 'proxy login', 'REMOTE_UNREACHABLE', false],
    [410, 'gone', 'REMOTE_UNREACHABLE', false],
    [413, 'large file', 'PUSH_REJECTED', false],
    [429, 'too many requests', 'REMOTE_UNREACHABLE', true],
    [451, 'withheld by law', 'REMOTE_REFUSED', false],
    [503, 'broken connection', 'REMOTE_UNREACHABLE', true],
  ])('%i is %s', async (status, name, code, transient) => {
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const error: unknown = await remoteHead(`http://127.0.0.1:${port}/${status}/x.git`).catch((thrown) => thrown);
    if (!(error instanceof GitError)) throw new Error('git did not fail');
    expect(error.reason?.name).toBe(name);
    expect(failureOfGit(error)).toMatchObject({ failure: { code }, transient });
    expect(error.stderr).not.toContain('words of the host');
  });
});

/** The table as a page; `npx vitest run src/git/process/reasons.test.ts -u` writes it anew. */
function page(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const again = (kind: GitErrorKind) => failureOfGit(new GitError(kind, '', [], '')).transient;
  const rows = REASONS.map(
    ({ name, by, words, kind, code, means, todo }) =>
      `| ${name} | ${by === 'own' ? 'our git' : by} | ${words.map((each) => `\`${cell(each)}\``).join('<br>')} | ${code}${again(kind) ? ', tried again' : ''} | ${cell(means)} | ${cell(todo)} |`,
  );
  return `# What remotes say

How the words of git, curl, ssh and the hosts are read: the first row that fits wins. \`*\` stands for anything on the same line; capitals do not matter. Words of "our git" count only where it has said them, and not the far side. A failed job has the code, the most telling line as its message, and the last two columns as its hint; all that was said is in its log. Words that no row knows are told as the remote's (\`REMOTE_REFUSED\`) after a command that speaks to it, and as our own (\`INTERNAL\`) else.

Made from \`src/git/process/reasons.ts\` by \`src/git/process/reasons.test.ts\`, which also fails where the two differ.

| What | Who says it | Words | Code | What it means | What to do |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

test('docs/remote-errors.md is this table', async () => {
  await expect(page()).toMatchFileSnapshot('../../../docs/remote-errors.md');
});
