import { once } from 'node:events';
import type { Server } from 'node:http';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { createFront, LIMITS, type Limits } from './front';

let server: Server | undefined;
let client: Worker | undefined;
afterEach(async () => {
  await client?.terminate();
  server?.closeAllConnections();
  server?.close();
});

/** What newer versions of Node add to how long a connection may rest. */
const NODE_ADDS_MS = 1000;

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

/** Sends these requests on one connection, each once the one before is answered, and counts what is answered 200. */
const CLIENT = `
const { workerData: { port, requests, sent }, parentPort } = require('node:worker_threads');
const socket = require('node:net').connect(port, '127.0.0.1');
let answered = 0;
const send = () => {
  if (answered === requests.length) return socket.destroy();
  socket.write(requests[answered], () => {
    Atomics.add(sent, 0, 1);
    Atomics.notify(sent, 0);
  });
};
socket.once('connect', send).on('error', () => undefined).on('close', () => parentPort.postMessage(answered));
socket.on('data', (data) => {
  if (!String(data).startsWith('HTTP/1.1 200')) return socket.destroy();
  answered += 1;
  send();
});`;

/** A server with these limits, and one that sends requests to it while this thread stands still. */
async function met(limits: Partial<Limits>, requests: string[], ends: (stop: () => void) => void) {
  const sent = new Int32Array(new SharedArrayBuffer(4));
  server = createFront((_request, response) => void response.end('ok'), {
    dev: false,
    limits: { ...LIMITS, ...limits },
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  /** Until all requests are on their way, and the longest of the limits is over. */
  const stop = () => {
    for (let have = 0; have < requests.length; have = Atomics.load(sent, 0)) Atomics.wait(sent, 0, have);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2 * Math.max(...Object.values(limits)) + NODE_ADDS_MS);
  };
  ends(stop);
  client = new Worker(CLIENT, { eval: true, workerData: { port, requests, sent } });
  const [answered] = await once(client, 'message');
  return answered;
}

it('whoever asks again while the server stands still is answered, however long he had rested before', async () => {
  const answered = await met({ restMs: 50 }, [GET, GET], (stop) =>
    server?.once('request', (_request, response) => response.once('finish', stop)),
  );
  expect(answered).toBe(2);
});

it.each([
  ['without a body', GET],
  ['with one', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc'],
])(
  'whoever has connected before the server stood still, and asks meanwhile, is answered: %s',
  async (_what, request) => {
    const limits = { headersMs: 50, requestMs: 50 };
    expect(await met(limits, [request], (stop) => server?.once('connection', stop))).toBe(1);
  },
);

it('who rests longer than he may is ended', async () => {
  expect(await met({ restMs: 50 }, [GET, ''], () => undefined)).toBe(1);
});
