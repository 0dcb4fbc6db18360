import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { config } from './config';

/** A file of the data directory; as it names the clones there, it moves with them and is never to be copied alone. */
const MACHINE_FILE = 'machine-id';

let known: { dataDir: string; id: string } | undefined;

/**
 * Names this machine in leases and clones: SPICERACK_MACHINE, or what stands in the data directory, where it is written
 * once. Host names are no names: containers and copies of a virtual machine share them.
 * @throws Error where the data directory cannot be written
 */
export function machine(): string {
  const { machine: given, dataDir } = config();
  if (given) return given;
  if (known?.dataDir !== dataDir) known = { dataDir, id: ownMachine(dataDir) };
  return known.id;
}

function ownMachine(dataDir: string): string {
  const path = join(dataDir, MACHINE_FILE);
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    // Versions that had no such file knew the clones that are here by the host's name.
    const id = existsSync(join(dataDir, 'clones')) ? hostname() : randomUUID();
    const making = `${path}.${randomUUID()}`;
    writeFileSync(making, `${id}\n`, { mode: 0o600 });
    try {
      // Whole at once: whoever looks reads all of it, or nothing.
      linkSync(making, path);
    } catch (error) {
      // Another process was quicker.
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(making, { force: true });
    }
  }
  return readFileSync(path, 'utf8').trim();
}
