import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { register } from './register';

test('registering goes on until the app takes it, and then ends', async () => {
  const answers = [503, 500, 200];
  const methods: Array<string | undefined> = [];
  const signatures = new Set<string | undefined>();
  const app = createServer((request, response) => {
    methods.push(request.method);
    signatures.add(request.headers['x-inngest-signature']?.toString().replace(/[0-9a-f]{64}$|\d+/g, '…'));
    response.writeHead(answers.shift() ?? 200).end();
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const address = app.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  try {
    const registration = { appUrl: `http://127.0.0.1:${port}/api/inngest`, signingKey: 'signkey-test-0123abcd' };
    await register(registration, new AbortController().signal, () => undefined);
    expect(methods).toEqual(['PUT', 'PUT', 'PUT']);
    expect([...signatures]).toEqual(['t=…&s=…']);
  } finally {
    app.close();
  }
});

test('registering ends when it is told to, though nobody answers', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  const told = new AbortController();
  try {
    const ended = register(
      { appUrl: `http://127.0.0.1:${port}/api/inngest`, signingKey: null },
      told.signal,
      () => undefined,
    );
    await once(silent, 'request');
    told.abort();
    await ended;
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
