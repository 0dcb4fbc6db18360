import { createServer } from 'node:net';

/** Below every system's range for outgoing connections, so none of those takes a port while its owner restarts. */
const FIRST = 20_000;
const LAST = 32_000;

/** A row of `count` ports that nobody listens on now, on any address; resolves to the first of them. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
    const row = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)));
    if (row.every(Boolean)) return first;
  }
  throw new Error(`No ${count} free ports in a row between ${FIRST} and ${LAST}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
