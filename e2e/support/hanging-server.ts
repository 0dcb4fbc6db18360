import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer } from './server';

/**
 * A server in the worst surroundings: every git that it starts to work hangs for ever, and its Inngest server accepts
 * connections and never answers.
 */
export async function startHangingServer(): Promise<{ server: TestServer; dispose(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'spicerack-hanging-'));
  const program = join(dir, 'git');
  // It tells its version, for without a git that answers a server takes no jobs.
  await writeFile(program, '#!/bin/sh\ncase " $* " in *" version "*) exec git version ;; esac\nexec sleep 100000\n');
  await chmod(program, 0o755);
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => sockets.add(socket.on('error', () => socket.destroy())));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo; // an address with a port, since it listens on TCP
  const server = await startServer({
    executor: 'inngest',
    env: {
      SPICERACK_GIT: program,
      // With `auto` the inline executor stands in, so that jobs really start, and hang in git.
      SPICERACK_EXECUTOR: 'auto',
      INNGEST_BASE_URL: `http://127.0.0.1:${port}`,
      INNGEST_EVENT_KEY: 'silent',
      INNGEST_SIGNING_KEY: 'ab'.repeat(16),
    },
  });
  return {
    server,
    async dispose() {
      // Asked, not killed: so it ends the gits that hang.
      await server.stop();
      await server.dispose();
      for (const socket of sockets) socket.destroy();
      silent.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
