import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { breather } from '@/breather';
import type { RemoteBranch } from '@/git/clone/for-each-ref';
import { cloneAge } from '@/git/clone/maintenance';
import type { ProjectionInput } from './input';
import { computeProjection, type Projection } from './refresh';

/** What a look that changed no row has told beside the rows. */
interface Known {
  /** Of all that it was made from. */
  stamp: string;
  told: Omit<Projection, 'rows'>;
}

/** As many repositories are remembered, those looked at last. */
const MOST_KNOWN = 64;

const shared = globalThis as typeof globalThis & { __spicerackProjections?: LRUCache<string, Known> };

/**
 * `computeProjection`, which is not done again where all that it is made from is as it was at the last look of this
 * process, and that had left the rows as they were: commits never change, so neither does what follows from them as long
 * as the clone has them. The rows of such a look are the ones that were given.
 * @param input with what the fetch has read of the clone's branches
 */
export async function projectionOf(
  input: ProjectionInput & { refs: ReadonlyMap<string, RemoteBranch> },
): Promise<Projection | null> {
  shared.__spicerackProjections ??= new LRUCache({ max: MOST_KNOWN });
  const known = shared.__spicerackProjections;
  const stamp = await stampOf(input);
  const before = known.get(input.gitDir);
  const rows = input.previousRows.filter((row) => row.name !== input.trunk);
  if (before?.stamp === stamp) return { ...before.told, rows };
  known.delete(input.gitDir);
  const projection = await computeProjection(input);
  if (!projection) return null;
  const { rows: found, ...told } = projection;
  if (await areSame(rows, found)) known.set(input.gitDir, { stamp, told });
  return projection;
}

async function stampOf({ signal: _signal, ...input }: ProjectionInput): Promise<string> {
  const hash = createHash('sha256').update(await cloneAge(input.gitDir));
  const breath = breather();
  for (const [key, value] of Object.entries(input)) {
    // What is unknown is not what is known to be nothing.
    hash.update(`\n${key} ${isIterable(value) ? 'each' : typeof value}\n`);
    if (!isIterable(value)) hash.update(JSON.stringify(value) ?? '');
    else
      for (const one of value) {
        await breath();
        hash.update(`${JSON.stringify(one)}\n`);
      }
  }
  return hash.digest('base64');
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

async function areSame(before: ProjectionInput['previousRows'], now: Projection['rows']): Promise<boolean> {
  if (before.length !== now.length) return false;
  const were = new Map(before.map((row) => [row.name, row]));
  const breath = breather();
  for (const row of now) {
    await breath();
    const was = were.get(row.name);
    if (!was) return false;
    for (const [key, value] of Object.entries(row)) {
      const old: unknown = Reflect.get(was, key);
      if (old !== value && JSON.stringify(old) !== JSON.stringify(value)) return false;
    }
  }
  return true;
}
