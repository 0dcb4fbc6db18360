import type { inferRouterOutputs } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest';
import { ASKER_HEADER, anybody, writeAsker } from '@/access/asker';
import { callerOn } from '@/api/testing/caller';
import { GET, POST } from '@/app/api/trpc/[trpc]/route';
import { db } from '@/db/client';
import { type TestDatabase, testDatabase } from '@/testing/database';
import { MAX_STREAMS } from './feed/procedure';
import type { AppRouter } from './router';
import { wire } from './wire';

let test: TestDatabase;
let repoId: string;
beforeAll(async () => {
  test = await testDatabase();
  vi.stubEnv('SPICERACK_DATABASE_URL', `file:${test.dir}/test.db`);
  repoId = await test.addRepo({ a: 'main' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
});

const address = (path: string) => new URL(`http://127.0.0.1/api/trpc/${path}`);

/** As the door lets them in. */
const door = { [ASKER_HEADER]: writeAsker(anybody('administer')) };

/** A request of the queries, subscriptions and mutations; `input` is the text that is sent. */
function get(path: string, input: string, headers: Record<string, string> = {}, signal?: AbortSignal) {
  const url = address(path);
  url.searchParams.set('input', input);
  return GET(new Request(url, { headers: { ...door, ...headers }, ...(signal ? { signal } : {}) }));
}
function post(path: string, body: string, type = 'application/json') {
  return POST(new Request(address(path), { method: 'POST', body, headers: { ...door, 'content-type': type } }));
}

/** The message of the one answer, or of the first in a batch. */
async function messageOf(response: Response): Promise<string> {
  const body = await response.json();
  return (Array.isArray(body) ? body[0] : body).error.json.message;
}

/** 8 GB, in a few bytes: a typed array as superjson has them. */
const HUGE = '{"json":{"repoId":{"length":1000000000}},"meta":{"values":{"repoId":[["typed-array","Float64Array"]]}}}';
const EVERY_WAY: Array<[string, (input: string) => Promise<Response>]> = [
  ['a query', (input) => get('repos.overview', input)],
  ['a query in a batch', (input) => get('repos.overview?batch=1', `{"0":${input}}`)],
  ['a mutation', (input) => post('repos.remove', input)],
  ['a mutation in a batch', (input) => post('repos.remove?batch=1', `{"0":${input}}`)],
  ['a job', (input) => post('jobs.run', input)],
];

describe('what is sent as input', () => {
  it.each(EVERY_WAY)('is refused before anything is built from its meta, as %s', async (_way, send) => {
    const before = process.memoryUsage().rss;
    const response = await send(HUGE);
    expect(response.status).toBe(400);
    expect(await messageOf(response)).toContain('plain JSON');
    expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
  });

  it.each([
    ['of dates, maps, sets, big integers and expressions', '{"values":{"repoId":["Date"]}}'],
    ['of values inside a field', '{"values":{"repoId":{"a":["undefined"]}}}'],
    ['of shared references', '{"referentialEqualities":{"repoId":["a"]}}'],
    ['that is no object', '[]'],
    ['of every field at once', '{"values":{"repoId":["undefined","undefined"]}}'],
  ])('is refused with a meta %s', async (_what, meta) => {
    const response = await get('repos.get', `{"json":{"repoId":null},"meta":${meta}}`);
    expect(response.status).toBe(400);
    expect(await messageOf(response)).toContain('plain JSON');
  });

  it('is asked for in its envelope', async () => {
    for (const input of ['{"repoId":"a"}', '"text"', '[1]', 'null']) {
      expect(await messageOf(await get('repos.get', input))).toBe('Send the input as {"json": …}.');
    }
  });

  it('is taken from a client that uses superjson, whose meta marks what is undefined', async () => {
    const marked = `{"json":{"repoId":"${repoId}","search":null,"cursor":null},"meta":{"values":{"search":["undefined"],"cursor":["undefined"]},"v":1}}`;
    expect((await get('repos.overview', marked)).status).toBe(200);
    expect((await get('repos.list', '{"json":null,"meta":{"values":["undefined"],"v":1}}')).status).toBe(200);
  });

  it('keeps a null that nothing marks as undefined', async () => {
    const body = `{"json":{"repoId":"${repoId}","autoSyncMinutes":null,"name":null},"meta":{"values":{"name":["undefined"]},"v":1}}`;
    const answer = await post('repos.update', body);
    expect((await answer.json()).result.data.json).toMatchObject({ name: 'shop', autoSyncMinutes: null });
  });

  it('may be nested as deep as its length allows, and is refused in plain words', async () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    expect((await post('jobs.run', `{"json":${deep}}`)).status).toBe(400);
    expect((await post('jobs.run', `{"json":{"repoId":${deep}}}`)).status).toBe(400);
    expect((await post('jobs.run', `{"json":null,"meta":${deep}}`)).status).toBe(400);
    expect((await post('jobs.run', deep)).status).toBe(400);
  });

  it('costs no more than in proportion, whatever stands in an address', async () => {
    const worst = (length: number) => [
      `https://host/${'/'.repeat(length)}x`,
      `${'a'.repeat(length)}@`,
      `a:${'b@'.repeat(length / 2)}`,
      `/${'../'.repeat(length / 3)}x/..`,
    ];
    const time = async (url: string) => {
      const begun = performance.now();
      expect((await post('repos.add', JSON.stringify({ json: { url } }))).status).toBe(400);
      return performance.now() - begun;
    };
    for (const [i, url] of worst(900_000).entries()) {
      const short = await time(worst(9_000)[i] ?? '');
      expect(await time(url)).toBeLessThan((short + 20) * 100);
    }
  });

  it('is JSON and nothing else', async () => {
    for (const type of ['text/plain', 'application/octet-stream', 'multipart/form-data; boundary=x', '']) {
      const response = await post('repos.addDemo', '--x--', type);
      expect(response.status, type).toBe(415);
      expect(await messageOf(response)).toContain('application/json');
    }
    expect((await post('repos.remove', '{"json":{}}', 'Application/JSON; charset=utf-8')).status).toBe(400);
  });

  it('holds ten calls at most', async () => {
    const calls = (count: number, comma: string) => `${Array(count).fill('repos.list').join(comma)}?batch=1`;
    for (const comma of [',', '%2C', '%2c']) {
      const response = await get(calls(11, comma), '{}');
      expect(response.status, comma).toBe(400);
      expect(await messageOf(response)).toContain('at most 10');
      expect((await get(calls(10, comma), '{}')).status, comma).toBe(200);
    }
  });
});

describe('the feed', () => {
  it('takes a cursor that is a whole number, in the input and in what a browser sends by itself', async () => {
    const refused = await get('feed.subscribe', '{"json":{}}', { 'last-event-id': '9'.repeat(8000) });
    expect(await refused.text()).toContain('A cursor is a whole number');
  });

  it('has at most so many streams, and room again once one has ended', async () => {
    const open = async () => {
      const abort = new AbortController();
      const response = await get('feed.subscribe', '{"json":{"lastEventId":"999999999"}}', {}, abort.signal);
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let said = '';
      // Whether it is accepted shows in its first message or error, after the one that says it is connected.
      while (!/start_over|TOO_MANY/.test(said)) {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) break;
        said += chunk.value;
      }
      return {
        said,
        connection: response.headers.get('connection'),
        close: async () => {
          abort.abort();
          await reader?.cancel();
        },
      };
    };
    // All but one without HTTP, which is what takes long.
    const others = new AbortController();
    const api = callerOn(await db(), { shutdown: others.signal });
    const without = await Promise.all(
      Array.from({ length: MAX_STREAMS - 1 }, async () => {
        const stream = (await api.feed.subscribe({ lastEventId: 999_999_999 }))[Symbol.asyncIterator]();
        await stream.next();
        return stream;
      }),
    );
    const streams = [await open()];
    expect(streams[0]?.said).toContain('start_over');
    const refused = await open();
    expect(refused.said).toContain('TOO_MANY_REQUESTS');
    // It takes no place of others any longer.
    expect([refused.connection, streams[0]?.connection]).toEqual(['close', 'keep-alive']);
    await streams.pop()?.close();
    await vi.waitFor(async () => {
      const next = await open();
      expect(next.said).toContain('start_over');
      streams.push(next);
    });
    await Promise.all(streams.map(({ close }) => close()));
    others.abort();
    await Promise.allSettled(without.map((stream) => stream.next()));
  });
});

describe('what is answered', () => {
  it('is plain JSON in every procedure, so that the envelope needs no meta', () => {
    type Answers = inferRouterOutputs<AppRouter>;
    expectTypeOf<Answers>().toExtend<Plain<Answers>>();
    expectTypeOf<{ at: Date }>().not.toExtend<Plain<{ at: Date }>>();
    const rows = [{ name: 'a', at: '2026-11-27T00:00:00.000Z', files: ['x'], parent: null }];
    expect(wire.output.deserialize(JSON.parse(JSON.stringify(wire.output.serialize(rows))))).toEqual(rows);
  });
});

/** `T` where JSON can say it; what cannot be said (a bigint, any method, so a Date and a Map too) becomes `never`. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends AsyncIterable<infer Each>
    ? AsyncIterable<Plain<Each>>
    : T extends bigint | symbol | ((...given: never[]) => unknown)
      ? never
      : { [K in keyof T]: Plain<T[K]> };
