import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { config } from '@/config';
import { jobLogs, jobSteps, repos } from '@/db/schema';
import { makeRemote, type Remote } from '@/demo/remote';
import { environment, SECRETS } from '@/environment';
import { cloneDir } from '@/git/clone/clone-dir';
import { findDamage } from '@/git/clone/fsck';
import { maintainClone } from '@/git/clone/maintenance';
import { gitVersion } from '@/git/process/version';
import { startInngestChild } from '@/server/inngest-child';
import { findInngest } from '@/server/inngest-program';
import { probe } from '@/stack/engines/git-spice/find';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { type InProcess, inProcess } from '@/testing/in-process';

let dir: string;
let db: TestDatabase;
let app: InProcess;
let remote: Remote;
let git: string;
let inngest: string;
let spice: string;
const before = { ...process.env };

/** Only hexadecimal digits are a signing key. */
const SIGNING_KEY = '5ec2e705'.repeat(4);
const SECRET = new RegExp(`secret-of|${SIGNING_KEY}`);

/** A program that leaves its environment and its words behind before it does what it is for. */
async function dumping(name: string, then: string): Promise<string> {
  const program = join(dir, name);
  await writeFile(
    program,
    `#!/bin/sh
{ echo "$0 $*"; env; } >"${dir}/dumps/.$$" && mv "${dir}/dumps/.$$" "${dir}/dumps/${name}-$$"
${then}
`,
  );
  await chmod(program, 0o755);
  return program;
}

/** What every program that was started had: its words, and its variables by name. */
async function dumps(): Promise<Array<{ program: string; words: string; env: Map<string, string> }>> {
  const files = (await readdir(join(dir, 'dumps'))).filter((file) => !file.startsWith('.'));
  return Promise.all(
    files.map(async (file) => {
      const [words = '', ...lines] = (await readFile(join(dir, 'dumps', file), 'utf8')).split('\n');
      const env = lines.map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      });
      return { program: file.replace(/-\d+$/, ''), words, env: new Map(env) };
    }),
  );
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-children-'));
  await mkdir(join(dir, 'dumps'));
  git = await dumping('git', 'exec git "$@"');
  inngest = await dumping('inngest', 'case $1 in version) echo 1.2.3 ;; *) exec sleep 60 ;; esac');
  spice = await dumping('git-spice', 'echo git-spice v0.31.0');
  for (const name of SECRETS) process.env[name] = name.includes('SIGNING_KEY') ? SIGNING_KEY : `secret-of-${name}`;
  Object.assign(process.env, {
    SPICERACK_DATABASE_URL: 'libsql://db.example.com?authToken=secret-of-the-database',
    SPICERACK_DATA_DIR: join(dir, 'data'),
    SPICERACK_ENGINE: 'git',
    SPICERACK_GIT: git,
    SPICERACK_INNGEST: inngest,
    SPICERACK_CHILD_ENV: 'HELPERS_TOKEN, OTHER',
    SPICERACK_GITHUB_SIGN_IN_ID: 'an-oauth-app',
    SPICERACK_ALLOW_ADMINISTER: 'mara',
    HELPERS_TOKEN: 'for the helper',
    AWS_SECRET_ACCESS_KEY: 'secret-of-somebody-else',
    GIT_DIR: '/nowhere',
    SSH_AUTH_SOCK: '/run/agent',
    HTTPS_PROXY: '',
    NODE_OPTIONS: '--no-warnings',
  });
  db = await testDatabase();
  app = inProcess(db.db);
  remote = await makeRemote(join(dir, 'remote.git'));
  await remote.from('main').branch('main').commit('Start', { a: '1\n' }).write();
  await remote.from('main').branch('feature').commit('Feature', { b: '1\n' }).write();
});
afterAll(async () => {
  await db.close();
  process.env = before;
  await rm(dir, { recursive: true, force: true });
});

test('once the settings are read, no secret is in the environment of this process, and each is still known', () => {
  expect(config()).toMatchObject({
    token: 'secret-of-SPICERACK_TOKEN',
    databaseAuthToken: 'secret-of-SPICERACK_DATABASE_AUTH_TOKEN',
    inngest: { eventKey: 'secret-of-INNGEST_EVENT_KEY' },
  });
  expect(config().githubHosts.get('github.com')?.token).toBe('secret-of-SPICERACK_GITHUB_TOKEN');
  expect(SECRETS.filter((name) => process.env[name] !== undefined)).toEqual([]);
  expect(environment().INNGEST_SIGNING_KEY).toBe(SIGNING_KEY);
});

test('a hook of a local remote that prints its environment shows nothing of ours to those who read the job', async () => {
  await remote.hook('pre-receive', 'env >&2; exit 1');
  const { id: repoId } = await app.add(remote);
  await app.run({ repoId, kind: 'register_existing_branch', suggested: true });
  await remote.from('main').commit('On', { a: '2\n' }).write();
  const { job } = await app.run({ repoId, kind: 'restack_repo' });
  const rows = await Promise.all([
    db.db.select().from(jobLogs).where(eq(jobLogs.jobId, job.id)),
    db.db.select().from(jobSteps).where(eq(jobSteps.jobId, job.id)),
    db.db.select().from(repos).orderBy(asc(repos.id)),
  ]);
  const seen = JSON.stringify([job, rows]);
  expect(seen).toContain('GIT_QUARANTINE_PATH='); // it did print it
  expect(seen).not.toMatch(SECRET);
});

test('no program that is started has a secret, or anything that it was not meant to have', async () => {
  const [repo] = await db.db.select().from(repos);
  const clone = cloneDir(repo?.id ?? '');
  expect(existsSync(clone)).toBe(true);
  await maintainClone(clone);
  await findDamage(clone, '');
  await gitVersion();
  expect(await findInngest()).toMatchObject({ program: inngest });
  expect(await probe(spice, true)).toMatchObject({ program: spice });
  const child = await startInngestChild({
    program: inngest,
    command: 'start',
    appUrl: 'http://127.0.0.1:9/api/inngest',
    dataDir: join(dir, 'data'),
    onUp: () => undefined,
    onDown: () => undefined,
    log: () => undefined,
  });
  while (!(await dumps()).some(({ words }) => words.includes('inngest start'))) await sleep(20);
  await child.stop();

  const all = await dumps();
  const verbs = new Set(all.map(({ words }) => words.split(' ').find((word, i) => i > 0 && /^[a-z]/.test(word))));
  for (const verb of ['init', 'fetch', 'push', 'ls-remote', 'for-each-ref', 'cat-file', 'repack', 'fsck', 'version'])
    expect(verbs).toContain(verb);
  expect(new Set(all.map(({ program }) => program))).toEqual(new Set(['git', 'inngest', 'git-spice']));
  for (const { words, env } of all) {
    const text = [...env.values()].join('\n');
    expect(text, words).not.toMatch(SECRET);
    expect(env.get('GIT_DIR'), words).not.toBe('/nowhere');
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'NODE_OPTIONS', 'SPICERACK_DATA_DIR', 'SPICERACK_GIT'])
      expect(env.has(name), `${name} of ${words}`).toBe(false);
    // What git and its helpers need, they have.
    expect(env.get('PATH')).toBe(process.env.PATH);
    expect(env.get('HOME')).toBe(process.env.HOME);
    expect(env.get('SSH_AUTH_SOCK')).toBe('/run/agent');
    expect(env.get('HELPERS_TOKEN')).toBe('for the helper');
  }
  // The server that is our child has keys of its own, not those of another one.
  const server = all.find(({ words }) => words.includes('inngest start'));
  expect(server?.env.get('INNGEST_SIGNING_KEY')).toBe(child.env.INNGEST_SIGNING_KEY);
  expect(basename(git)).toBe('git');
});

test('every place that starts a program says which environment it gets', async () => {
  const files = (await readdir('src', { recursive: true })).filter(
    (file) => /\.ts$/.test(file) && !/\.test\.ts$|^testing\//.test(file),
  );
  for (const file of [...files.map((name) => join('src', name)), 'server.ts']) {
    const text = await readFile(file, 'utf8');
    if (!/node:child_process|\/launcher'/.test(text)) continue;
    const starter = /\/launcher'/.test(text) ? /\blaunch\(/g : /\b(spawn|execFile|execFileSync|fork)\(/g;
    const starts = text.match(starter)?.length ?? 0;
    // The launcher takes what each start says.
    const environments = text.match(
      /\benv: (childEnvironment|setUpEnvironment|gitEnvironment|options\.env \?\? child|start\.env)/g,
    );
    expect(environments?.length ?? 0, file).toBeGreaterThanOrEqual(starts);
  }
});
