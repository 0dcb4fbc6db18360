import { describe, expect, it } from 'vitest';
import { createSpicerack, SpicerackError } from './index';

/**
 * What a server says against a client. The server is a fake one, made of answers: one whose token is changed in
 * mid-wait, or of a version that is yet to come, cannot be had.
 */

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
const plain = (status: number, words: string) =>
  new Response(words, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
const answer = (data: unknown) => json({ result: { data: { json: data } } });
const refusal = (code: string, httpStatus: number, message: string, fields: unknown[] = []) =>
  json({ error: { json: { message, code: -1, data: { code, httpStatus, fields } } } }, httpStatus, {
    'x-spicerack-version': '99.1.0',
  });

/** A job that goes on for ever. */
const running = { job: { id: 'j', finishedAt: null }, steps: [], moves: [], feedCursor: 7 };

/** The client of a server that answers calls and each opening of the stream like this. */
function clientOf(answers: { call?: () => Response; stream?: (opening: number) => Response | Promise<never> }) {
  let openings = 0;
  const fake: typeof fetch = async (input) => {
    const url = String(input instanceof Request ? input.url : input);
    if (!url.includes('feed.subscribe')) return answers.call?.() ?? answer(running);
    openings += 1;
    return answers.stream?.(openings) ?? plain(500, 'no stream');
  };
  return createSpicerack({ url: 'http://spicerack.test', token: 'an-old-token-1234', fetch: fake });
}

/** The error that something ends with. */
async function failure(ends: Promise<unknown>): Promise<SpicerackError> {
  const error: unknown = await ends.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SpicerackError)) throw new Error(`It ended with ${String(error)}`);
  return error;
}

async function firstOf<T>(messages: AsyncIterable<T>): Promise<T | null> {
  for await (const message of messages) return message;
  return null;
}

describe('a token that the server takes no more', () => {
  const client = () => clientOf({ stream: () => plain(401, 'This is not the token.\n') });

  it('ends a wait', async () => {
    expect(await failure(client().waitForJob('j'))).toMatchObject({ code: 'UNAUTHORIZED', retryable: false });
  });

  it('ends a watch, and says what to give', async () => {
    const error = await failure(firstOf(client().watch({ from: 0 })));
    expect(error).toMatchObject({ code: 'UNAUTHORIZED', hint: expect.stringContaining('SPICERACK_TOKEN') });
  });

  it('ends a watch as it ends a call where the server says it as the API does', async () => {
    const says = () => refusal('UNAUTHORIZED', 401, 'This is not the token.', [{ field: null, message: '' }]);
    const refused = clientOf({ call: says, stream: says });
    const expected = { code: 'UNAUTHORIZED', message: 'This is not the token.', retryable: false };
    expect(await failure(firstOf(refused.watch({ from: 0 })))).toMatchObject(expected);
    expect(await failure(refused.repos.list())).toMatchObject(expected);
  });

  it('ends a call, with the words of the server', async () => {
    const refused = clientOf({ call: () => plain(401, 'This is not the token.\n') });
    expect(await failure(refused.repos.list())).toMatchObject({
      code: 'UNAUTHORIZED',
      message: 'This is not the token.',
    });
  });
});

describe('what is too long', () => {
  it.each([
    ['by nginx', 414, new Response('<html>', { status: 414, headers: { 'content-type': 'text/html' } })],
    ['in no words', 431, new Response(null, { status: 431 })],
    ['in plain words', 413, plain(413, 'Too large.')],
  ])('for a proxy is said to be that, %s', async (_, status, says) => {
    const error = await failure(clientOf({ call: () => says }).repos.list());
    expect(error).toMatchObject({ code: 'BAD_REQUEST', retryable: false, hint: expect.stringContaining('proxy') });
    expect(error.message).toContain(`longer than what answers takes (${status})`);
  });

  it('for an address goes as a body, and nothing else does', async () => {
    const sent: Array<{ method: string; length: number; body: unknown }> = [];
    const client = createSpicerack({
      url: 'http://spicerack.test',
      fetch: async (input, init) => {
        const request = new Request(input, init);
        sent.push({ method: request.method, length: request.url.length, body: await request.text() });
        return answer({});
      },
    });
    const ask = (branches: string[]) =>
      client.forecast.get({ repoId: 'r', kind: 'register_existing_branch', branches });
    await ask(['a']);
    const branches = Array.from({ length: 1000 }, (_, i) => `${i}-`.padEnd(100, 'ß'));
    await ask(branches);
    expect(sent).toMatchObject([{ method: 'GET', body: '' }, { method: 'POST' }]);
    expect(sent[1]?.length).toBeLessThan(100);
    expect(JSON.parse(String(sent[1]?.body))).toMatchObject({ json: { branches } });
  });
});

describe('a stream that is refused', () => {
  it('to this client or under this name ends a watch', async () => {
    const client = clientOf({ stream: () => plain(403, 'Requests from other sites are not taken.') });
    expect(await failure(firstOf(client.watch({ from: 0 })))).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('for now, or while the server starts again, is asked for again', async () => {
    const change = { kind: 'changes', events: [], cursor: 8, now: '2026-01-01T00:00:00.000Z' };
    const stream = `id: 8\ndata: ${JSON.stringify({ json: change })}\n\n`;
    const client = clientOf({
      stream: (opening) =>
        [plain(429, 'Wait.'), refusal('TOO_MANY_REQUESTS', 429, 'Too many streams.'), plain(503, 'It starts.')][
          opening - 1
        ] ?? new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
    });
    expect(await firstOf(client.watch({ from: 7 }))).toMatchObject({ kind: 'changes', cursor: 8 });
  });
});

it('a wait whose job has ended waits for the whole of it while the server is away', async () => {
  const ended = { ...running, job: { id: 'j', finishedAt: '2026-01-01T00:00:00.000Z' } };
  const event = { seq: 8, at: '', repoId: null, type: 'jobs', op: 'upsert', row: ended.job };
  const stream = `id: 8\ndata: ${JSON.stringify({ json: { kind: 'changes', events: [event], cursor: 8, now: '' } })}\n\n`;
  let looks = 0;
  const client = clientOf({
    call: () => {
      looks += 1;
      if (looks === 2) throw Object.assign(new TypeError('fetch failed'), { cause: new Error('ECONNREFUSED') });
      return answer(looks === 1 ? running : { ...ended, undo: { possible: false, reason: 'It moved nothing.' } });
    },
    stream: () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
  });
  expect(await client.waitForJob('j')).toMatchObject({ job: ended.job, undo: { possible: false } });
  expect(looks).toBe(3);
});

it('a wait ends where the repository is removed with the job, and goes on where another one is', async () => {
  const removed = (seq: number, id: string) => ({ seq, at: '', repoId: id, type: 'repos', op: 'delete', row: { id } });
  const open = { ...running, job: { id: 'j', repoId: 'mine', finishedAt: null } };
  let looks = 0;
  const client = clientOf({
    call: () => {
      looks += 1;
      return looks === 1
        ? answer(open)
        : refusal('NOT_FOUND', 404, 'There is no job j.', [{ field: 'jobId', message: '' }]);
    },
    stream: () =>
      new Response(
        [removed(8, 'other'), removed(9, 'mine')]
          .map(
            (event) =>
              `id: ${event.seq}\ndata: ${JSON.stringify({ json: { kind: 'changes', events: [event], cursor: event.seq, now: '' } })}\n\n`,
          )
          .join(''),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
  });
  expect(await failure(client.waitForJob('j'))).toMatchObject({ code: 'NOT_FOUND' });
  expect(looks).toBe(2);
});

it('a wait on a server that was there before begins while it is away', async () => {
  const ended = { ...running, job: { id: 'j', finishedAt: '2026-01-01T00:00:00.000Z' } };
  let calls = 0;
  const client = clientOf({
    call: () => {
      calls += 1;
      if (calls === 2) throw Object.assign(new TypeError('fetch failed'), { cause: new Error('ECONNREFUSED') });
      return answer(calls === 1 ? { repos: [] } : ended);
    },
  });
  await client.repos.list();
  expect(await client.waitForJob('j')).toMatchObject({ job: ended.job });
});

describe('what is given wrongly is told by its field', () => {
  const refusedBy = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return error;
    }
  };
  it.each([
    ['no options at all', undefined, 'url'],
    ['no address', {}, 'url'],
    ['an address that is none', { url: 'http://' }, 'url'],
    ['an address of something else', { url: 'ftp://spicerack.test' }, 'url'],
    ['an address with a login', { url: 'http://me:secret@spicerack.test' }, 'url'],
    ['a token of two lines', { url: 'http://spicerack.test', token: 'two\nlines' }, 'token'],
  ])('%s', (_, options, field) => {
    // As a program in JavaScript may.
    const error = refusedBy(() => Reflect.apply(createSpicerack, null, [options]));
    expect(error).toBeInstanceOf(SpicerackError);
    expect(error).toMatchObject({ code: 'BAD_REQUEST', field, hint: expect.stringMatching(/./) });
    expect(String(error)).not.toContain('secret');
  });

  it('a cursor that is none', async () => {
    const client = clientOf({});
    expect(await failure(firstOf(client.watch({ from: -1 })))).toMatchObject({ code: 'BAD_REQUEST', field: 'from' });
    expect(await failure(firstOf(client.watch({ from: 1.5 })))).toMatchObject({ field: 'from' });
  });
});

it('what to do is told beside what is wrong, once', async () => {
  const call = () =>
    json(
      {
        error: {
          json: {
            message: 'There is no job j. List them.',
            code: -1,
            data: { code: 'NOT_FOUND', httpStatus: 404, fields: [{ field: 'jobId', message: '' }], hint: 'List them.' },
          },
        },
      },
      404,
    );
  expect(await failure(clientOf({ call }).jobs.get({ jobId: 'j' }))).toMatchObject({
    message: 'There is no job j.',
    hint: 'List them.',
  });
});

it('a call that is sent again says so at once, and when it is answered', async () => {
  const told: string[] = [];
  let calls = 0;
  const client = createSpicerack({
    url: 'http://spicerack.test',
    onConnection: (state) => told.push(state),
    fetch: async () => {
      calls += 1;
      if (calls === 1) throw new TypeError('fetch failed');
      return answer({ repos: [] });
    },
  });
  await client.repos.list();
  expect(told).toEqual(['lost', 'live']);
});

describe('a server of another version', () => {
  it.each([
    ['has not the call', () => refusal('NOT_FOUND', 404, 'No procedure found on path "repos.list"')],
    ['answers in other words', () => new Response('<html>', { headers: { 'x-spicerack-version': '99.1.0' } })],
  ])('that %s is told by both versions', async (_, call) => {
    const error = await failure(clientOf({ call }).repos.list());
    expect(error.code).toBe('NOT_UNDERSTOOD');
    expect(error.hint).toMatch(/Spicerack 99\.1\.0.*client is of version \d+\.\d+\.\d+/);
  });

  it('that does not know a field names it, and both versions', async () => {
    const call = () =>
      refusal('BAD_REQUEST', 400, 'filter: There is no such field. Leave it out.', [
        { field: 'filter', message: 'There is no such field. Leave it out.' },
      ]);
    const error = await failure(clientOf({ call }).jobs.list({}));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', field: 'filter', hint: expect.stringContaining('99.1.0') });
  });

  it('that has no such thing is not blamed on its version', async () => {
    const call = () =>
      refusal('NOT_FOUND', 404, 'There is no job j.', [{ field: 'jobId', message: 'There is no job j.' }]);
    expect(await failure(clientOf({ call }).jobs.get({ jobId: 'j' }))).toMatchObject({ code: 'NOT_FOUND', hint: null });
  });
});

it.each(['JSON.parse: unexpected character', 'JSON Parse error: Unrecognized token', 'Failed to parse JSON'])(
  'an answer that is no JSON is no Spicerack, whoever says so: %s',
  async (words) => {
    const call = () => Object.assign(new Response('x'), { json: () => Promise.reject(new SyntaxError(words)) });
    expect(await failure(clientOf({ call }).repos.list())).toMatchObject({ code: 'NOT_UNDERSTOOD' });
  },
);
