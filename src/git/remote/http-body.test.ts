import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { remoteHead } from './ls-remote';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

test.each([401, 403, 404, 500])(
  'the body of an HTTP error %i is shown to nobody, where inner networks can be reached',
  async (status) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'text/plain' }).end('The inner page of the metadata service\n');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
    const error = await remoteHead(`${url}/shop.git`).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'GitError', stderr: expect.stringContaining(url) });
    expect(JSON.stringify(error)).not.toContain('inner page');
    expect(String(error)).not.toContain('inner page');
  },
);
