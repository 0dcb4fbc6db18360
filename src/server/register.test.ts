import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { register } from './register';

test('registering goes on until the app takes it, and then ends', async () => {
  const answers = [503, 500, 200];
  const methods: Array<string | undefined> = [];
  const app = createServer((request, response) => {
    methods.push(request.method);
    response.writeHead(answers.shift() ?? 200).end();
  }).listen(0, '127.0.0.1');
  await once(app, 'listening');
  const address = app.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  try {
    await register(`http://127.0.0.1:${port}/api/inngest`, new AbortController().signal, () => undefined);
    expect(methods).toEqual(['PUT', 'PUT', 'PUT']);
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
    const ended = register(`http://127.0.0.1:${port}/api/inngest`, told.signal, () => undefined);
    await once(silent, 'request');
    told.abort();
    await ended;
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
