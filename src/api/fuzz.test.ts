import { TRPCError } from '@trpc/server';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ASKER_HEADER, anybody, writeAsker } from '@/access/asker';
import { createToken } from '@/access/tokens';
import { callerOn } from '@/api/testing/caller';
import { GET, POST } from '@/app/api/trpc/[trpc]/route';
import { branches, jobMoves, jobs, tasks } from '@/db/schema';
import { EMPTY_RESULT } from '@/model/result';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { fuzzing, fuzzTimeout } from '@/testing/fuzz';
import { appRouter } from './router';
import { wire } from './wire';

/** Whatever is sent to any procedure: an answer or a refusal in plain words, and no row left by a refusal. */

// tRPC keeps its procedures in one flat record, `repos.add` and so on, which its types do not tell.
const flat = appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: unknown[] } }>;
const procedures = Object.entries(flat).map(([path, { _def }]) => ({
  path,
  input: _def.inputs[0],
  isMutation: _def.type === 'mutation',
}));

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
  vi.stubEnv('SPICERACK_DATABASE_URL', `file:${test.dir}/test.db`);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
});

/** A commit that a job says has left its branches. */
const LEFT = 'e'.repeat(40);

/** Ids of rows that are there; the arbitraries name them by these words. */
const known = { '<repo>': '', '<job>': '', '<ended job>': '', '<moved job>': '', '<task>': '', '<token>': '' };
beforeEach(seed);
async function seed(): Promise<void> {
  const repoId = await test.addRepo({ a: 'main', b: 'a' });
  const [queued, ended, moved, task] = [uuid(), uuid(), uuid(), uuid()];
  // Two that were renamed.
  const tip = 'd'.repeat(40);
  await test.db.insert(branches).values(
    ['c', 'x/y'].flatMap((name) => [
      { repoId, name, tip, renamedFrom: `old-${name}` },
      { repoId, name: `old-${name}`, tip, parent: 'main', base: 'b'.repeat(40), tracked: true, gone: true },
    ]),
  );
  const left = [{ branch: 'b', commit: LEFT, subject: 'Left', on: null, replacedBy: null }];
  const result = { ...EMPTY_RESULT, left };
  await test.db.insert(jobs).values([
    { id: queued, repoId, kind: 'restack_repo', requestedBy: 'test' },
    {
      id: ended,
      repoId,
      kind: 'reparent_branch',
      branch: 'a',
      parent: 'main',
      status: 'error',
      result,
      requestedBy: 'test',
    },
    {
      id: moved,
      repoId,
      kind: 'restack_repo',
      status: 'completed',
      result,
      requestedBy: 'test',
    },
  ]);
  await test.db.insert(jobMoves).values({
    jobId: moved,
    branch: 'b',
    before: 'c'.repeat(40),
    after: 'a'.repeat(40),
    parentBefore: 'a',
    parentAfter: 'a',
    rewritten: [],
    state: 'pushed',
  });
  await test.db
    .insert(tasks)
    .values({ id: task, repoId, title: 'Task', branch: 'a', jobId: ended, branchStatus: 'error' });
  Object.assign(known, {
    '<repo>': repoId,
    '<job>': queued,
    '<ended job>': ended,
    '<moved job>': moved,
    '<task>': task,
    '<token>':
      (await createToken(test.db, { name: uuid(), role: 'act', repoIds: null, days: 1, createdBy: 'test' }))?.token
        .id ?? '',
  });
}

const UNKNOWN = ['0197a2b4-7d0a-7000-8000-000000000000', 'nonsense'];
const idsOf = (...words: Array<keyof typeof known>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, { weight: 1, arbitrary: fc.constantFrom(...UNKNOWN) });
const odd = fc.oneof(
  fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withMap: true, withNullPrototype: false }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', '\0', '__proto__', '-', '../..', `${'x'.repeat(300)}`, '\ud800', "'; drop table jobs; --"),
);
const branchNames = fc.constantFrom(
  'a',
  'b',
  'main',
  'c',
  'x/y',
  'new',
  'new/y',
  '-f',
  'a..b',
  'HEAD',
  'refs/heads/a',
  'ä',
  'a b',
  '@',
);
const urls = fc.oneof(
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.constantFrom('/srv/a.git', 'git@host:a/b', 'ext::sh -c x', 'https://u:p@host/x', 'file:///x', 'ssh://-oX/y', '\0'),
);

/** A value that the field may take, or nearly. */
function nearly(field: string): fc.Arbitrary<unknown> {
  if (field === 'repoId') return idsOf('<repo>');
  if (field === 'jobId') return idsOf('<job>', '<ended job>', '<moved job>');
  if (field === 'taskId') return idsOf('<task>');
  if (field === 'tokenId') return idsOf('<token>');
  if (field === 'role') return fc.constantFrom('read', 'act', 'administer', 'root');
  if (field === 'days') return fc.constantFrom(null, 1, 90, 0, 1e9);
  if (field === 'name') return fc.oneof(fc.uuid(), fc.string({ maxLength: 20 }));
  if (/branch|parent|trunk/i.test(field)) return branchNames;
  if (field === 'url') return urls;
  if (field === 'kind') {
    return fc.constantFrom('sync_repo', 'restack_repo', 'restack_subtree', 'rebase_branch', 'reparent_branch',
      'register_existing_branch', 'create_branch', 'undo'); // biome-ignore format: one list
  }
  if (field === 'commit') return fc.constantFrom(LEFT, LEFT, LEFT, LEFT.slice(0, 7), 'f'.repeat(40));
  if (field === 'from' || field === 'to' || field === 'id')
    return fc.constantFrom(LEFT, 'f'.repeat(64), LEFT.slice(1), 'HEAD');
  if (field === 'before' || field === 'after') {
    return fc.constantFrom<unknown>({ base: LEFT, tip: LEFT }, { base: LEFT, tip: 'HEAD' }, { base: LEFT });
  }
  if (field === 'ids') return fc.constantFrom([LEFT], [LEFT, 'HEAD'], []);
  if (field === 'file') return fc.constantFrom(null, 0, 999, 1000, -1);
  if (field === 'base') return fc.constantFrom('abcdef1', 'f'.repeat(40), '-x', 'HEAD', 'a');
  if (field === 'filter') return fc.constantFrom('all', 'active', 'conflicts');
  if (field === 'engine') return fc.constantFrom('auto', 'git', 'git-spice');
  if (
    ['suggested', 'archived', 'kept', 'hideWhitespace', 'move'].includes(field) ||
    /^(allow|autoRestack|autoSyncMoves)/.test(field)
  )
    return fc.boolean();
  if (field === 'status') return fc.constantFrom('queued', 'error');
  return fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.boolean(),
    fc.integer(),
    fc.constantFrom(2 ** 53, -1, 0.5, '5', '%_\\'),
  );
}

/** Anything at all, or an object with the procedure's fields: most of them right, some odd, some missing or surplus. */
function inputOf(schema: unknown): fc.Arbitrary<unknown> {
  if (!(schema instanceof z.ZodObject)) return fc.oneof(fc.constant(undefined), odd);
  const fields = Object.entries<z.ZodType>(schema.shape).map(([field, type]) => [
    field,
    fc.oneof(
      { weight: 12, arbitrary: nearly(field) },
      { weight: 1, arbitrary: odd },
      // Most kinds take no base, and what is expected is hardly ever so.
      {
        weight: field === 'base' || field === 'expected' ? 80 : type.safeParse(undefined).success ? 16 : 1,
        arbitrary: fc.constant(undefined),
      },
    ),
  ]);
  const surplus = fc.oneof(
    { weight: 7, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), odd, { maxKeys: 2 }) },
  );
  const object = fc.tuple(fc.record(Object.fromEntries(fields)), surplus).map(([record, more]) => ({
    ...Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)),
    ...more,
  }));
  return fc.oneof({ weight: 8, arbitrary: object }, { weight: 1, arbitrary: odd });
}

const callsOf = (which: typeof procedures) =>
  fc.oneof(
    ...which.map(({ path, input, isMutation }) => ({
      // A forecast takes as many fields that have to go together as what changes something.
      weight: isMutation || path === 'forecast.get' || path.startsWith('changes.') ? 3 : 1,
      arbitrary: inputOf(input).map((value) => ({ path, isMutation, value })),
    })),
  );
const calls = callsOf(procedures);

/** Puts the ids of rows where their words are. */
function filledIn(value: unknown): unknown {
  if (typeof value === 'string') return (known as Record<string, string>)[value] ?? value;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledIn(inner)]));
}

/** How many rows each table has. Every change of a row that clients see adds an event, so changes count too. */
async function counts(): Promise<Record<string, number>> {
  const tables = await test.db.all<{ name: string }>(sql`select name from sqlite_master where type = 'table'`);
  const of = tables.map(({ name }) => `(select count(*) from "${name}") as "${name}"`).join(', ');
  const [row] = await test.db.all<Record<string, number>>(sql.raw(`select ${of}`));
  return row ?? {};
}

/** What no caller may ever see: a stack, a path of the source, SQL. */
const INSIDES = /\n\s+at |node_modules|\/src\/|\.ts:\d|SQLITE|insert into|select .* from /i;

async function call(path: string, value: unknown): Promise<unknown> {
  const caller = callerOn(test.db, { requestedBy: 'fuzz', shutdown: AbortSignal.abort() });
  // The caller is a proxy: every name leads to a function, and these paths are the router's own.
  const procedure = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], caller);
  return (procedure as (input: unknown) => Promise<unknown>)(value);
}

describe('whatever the input', () => {
  it(
    'each procedure answers or refuses in plain words, and a refusal leaves no row',
    async () => {
      const answered = new Set<string>();
      let refused = 0;
      const property = (some: typeof calls) =>
        fc.asyncProperty(some, async ({ path, value }) => {
          const before = await counts();
          try {
            await call(path, filledIn(value));
            answered.add(path);
            // What these leave is refused from then on.
            if (['repos.remove', 'branches.update', 'access.revokeToken'].includes(path)) await seed();
          } catch (error) {
            if (!(error instanceof TRPCError)) throw error;
            expect(error.code, String(error.cause)).not.toBe('INTERNAL_SERVER_ERROR');
            expect(error.message).not.toMatch(INSIDES);
            expect(await counts()).toEqual(before);
            refused += 1;
          }
        });
      await fc.assert(property(calls), fuzzing(1000));
      expect(refused).toBeGreaterThan(200);
      // What was sent is near enough to valid that each procedure takes something by and by; a stream is only begun.
      const unanswered = () => procedures.filter(({ path }) => !answered.has(path));
      for (let tries = 0; unanswered().length > 0 && tries < 10; tries += 1) {
        await seed();
        await fc.assert(property(callsOf(unanswered())), fuzzing(100));
      }
      expect(unanswered().map(({ path }) => path)).toEqual([]);
    },
    fuzzTimeout(120_000),
  );

  it(
    'no request over HTTP makes it fail or show its insides',
    async () => {
      const json = fc.oneof(
        calls.map(({ value }) => {
          try {
            return JSON.stringify(wire.input.serialize(filledIn(value)));
          } catch {
            return 'null'; // What cannot be written as JSON cannot be sent.
          }
        }),
        fc.json(),
        fc.string(),
        fc
          .record({
            json: fc.jsonValue(),
            meta: fc.oneof(
              fc.jsonValue(),
              fc.constantFrom({ values: { 'a.b': ['Date'] } }, { values: ['undefined'], v: 1 }),
            ),
          })
          .map((v) => JSON.stringify(v)),
      );
      const requests = fc.record({
        path: fc.oneof(
          { weight: 6, arbitrary: fc.constantFrom(...procedures.map(({ path }) => path)) },
          { weight: 1, arbitrary: fc.webPath() },
        ),
        post: fc.boolean(),
        batch: fc.boolean(),
        type: fc.constantFrom('application/json', 'application/json', 'text/plain', 'multipart/form-data', ''),
        json,
      });
      await fc.assert(
        fc.asyncProperty(requests, async ({ path, post, batch, type, json: text }) => {
          const before = await counts();
          const url = new URL(`http://127.0.0.1/api/trpc/${path.replace(/^\/+/, '')}`);
          if (batch) url.searchParams.set('batch', '1');
          const body = batch ? `{"0":${text}}` : text;
          if (!post) url.searchParams.set('input', body);
          const abort = new AbortController();
          const door = { [ASKER_HEADER]: writeAsker(anybody('administer')) };
          const headers: Record<string, string> = type ? { ...door, 'content-type': type } : door;
          const request = new Request(url, {
            method: post ? 'POST' : 'GET',
            headers,
            signal: abort.signal,
            ...(post ? { body } : {}),
          });
          const response = await (post ? POST : GET)(request);
          if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
            // A stream that was accepted would go on for ever.
            abort.abort();
            await response.body?.cancel();
          } else {
            const answer = await response.text();
            expect(answer).not.toMatch(INSIDES);
            if (response.status >= 400) expect(await counts()).toEqual(before);
          }
          expect(response.status).toBeLessThan(500);
        }),
        fuzzing(400),
      );
    },
    fuzzTimeout(120_000),
  );
});
