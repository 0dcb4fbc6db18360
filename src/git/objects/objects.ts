import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { breather } from '@/breather';
import { makeTempFolder } from '../process/temp-folder';

/**
 * A throw-away object directory in front of a clone. What git writes in `env` lands here and reads fall through
 * to the clone, which itself is not written: a plan that is not taken leaves nothing behind, and no gc of the
 * clone can reach what is being made.
 */
export interface Quarantine {
  /** Folder that goes when the quarantine goes; new objects are in its `objects`. */
  readonly dir: string;
  readonly gitDir: string;
  /** For git processes that write into, or read from, the quarantine. */
  readonly env: Record<string, string>;
  /** Writes an object and returns its id; readable for every process in `env` when this returns. */
  write(type: ObjectType, content: Uint8Array): string;
  /**
   * `write` into memory: no process can read it before `flush`. What is packed in the end never has to be a file.
   * @param like a tree of which it is a small edit
   */
  hold(type: ObjectType, content: Buffer, like?: Like): string;
  /** What is held, in the order in which it came. */
  readonly held: ReadonlyMap<string, HeldObject>;
  /** Whether all that was made here is still held: then it can be packed without git. */
  readonly isHeld: boolean;
  /** Makes readable for every process in `env` what is held, or of that the commits alone, which stay held. */
  flush(what?: 'all' | 'commits'): Promise<void>;
  /** What still uses it is about to end: `discard` waits for that, and nobody else has to. */
  outlives(user: Promise<unknown>): void;
  /** Removes everything. Safe to call more than once; end the processes that write here first. */
  discard(): Promise<void>;
}

export type ObjectType = 'blob' | 'tree' | 'commit';

/** A tree, and what an edit of it names beyond it: objects, and folders of which it is not known what is in them. */
export interface Like {
  id: string;
  content: Buffer;
  objects: string[];
  folders: string[];
}

/** An object in memory. `like`: see `Quarantine.hold`; `edits` counts how many such steps lead to it. */
export interface HeldObject {
  type: ObjectType;
  content: Buffer;
  like: Like | null;
  edits: number;
}

/** Bytes that are held in memory. */
const MAX_HELD = 64 * 1024 * 1024;

/** Memory is the fast place (loose objects on disk are the largest cost of a replay), unless it is nearly full. */
const MEMORY = '/dev/shm';
const MEMORY_NEEDED = 512 * 1024 * 1024;

/** Opens a quarantine in front of the clone at `gitDir`. `idLength` is that of the clone's ids: 40 (SHA-1) or 64. */
export async function openQuarantine(gitDir: string, idLength = 40): Promise<Quarantine> {
  swept ??= sweep();
  await swept;
  const dir = await makeFolder();
  const objects = join(dir, 'objects');
  mkdirSync(objects);
  const held = new Map<string, HeldObject>();
  const written = new Set<string>();
  const users: Array<Promise<unknown>> = [];
  let heldBytes = 0;
  let isHeld = true;
  const write = (id: string, type: ObjectType, content: Uint8Array) => {
    if (written.has(id)) return;
    written.add(id);
    const folder = join(objects, id.slice(0, 2));
    const file = join(folder, id.slice(2));
    if (existsSync(file)) return;
    mkdirSync(folder, { recursive: true });
    // Not compressed: it lives for a moment, and the pack compresses it.
    writeFileSync(file, deflateSync(Buffer.concat([headerOf(type, content), content]), { level: 0 }));
  };
  return {
    dir,
    gitDir,
    env: {
      GIT_OBJECT_DIRECTORY: objects,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: quotedPath(join(gitDir, 'objects')),
    },
    held,
    get isHeld() {
      return isHeld;
    },
    write(type, content) {
      isHeld = false;
      const id = idOfObject(type, content, idLength);
      write(id, type, content);
      return id;
    },
    hold(type, content, like) {
      const id = idOfObject(type, content, idLength);
      if (held.has(id)) return id;
      if (heldBytes + content.length > MAX_HELD) {
        isHeld = false;
        write(id, type, content);
        return id;
      }
      // What it is an edit of is held too, most often, and is in memory once.
      heldBytes += content.length + (like && !held.has(like.id) ? like.content.length : 0);
      const edits = like ? (held.get(like.id)?.edits ?? 0) + 1 : 0;
      held.set(id, { type, content, like: like ?? null, edits });
      return id;
    },
    async flush(what = 'all') {
      if (what === 'all') isHeld = false;
      const breathe = breather();
      for (const [id, { type, content }] of held) {
        if (what === 'commits' && type !== 'commit') continue;
        write(id, type, content);
        if (what === 'all') held.delete(id);
        await breathe();
      }
      if (held.size === 0) heldBytes = 0;
    },
    outlives(user) {
      users.push(user);
    },
    async discard() {
      await Promise.allSettled(users);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** The id that git gives an object. `idLength`: 40 (SHA-1) or 64. */
export function idOfObject(type: ObjectType, content: Uint8Array, idLength: number): string {
  return createHash(idLength === 64 ? 'sha256' : 'sha1')
    .update(headerOf(type, content))
    .update(content)
    .digest('hex');
}

/** What stands before an object's content, for its id and in its file. */
function headerOf(type: ObjectType, content: Uint8Array): Buffer {
  return Buffer.from(`${type} ${content.length}\0`);
}

async function makeFolder(): Promise<string> {
  const name = `${NAME}${process.pid}-`;
  try {
    const space = await statfs(MEMORY);
    if (space.bavail * space.bsize >= MEMORY_NEEDED) return await mkdtemp(join(MEMORY, name));
  } catch {
    // No such file system here, or not ours to write: the ordinary temporary folder does.
  }
  return makeTempFolder('quarantine');
}

const NAME = 'spicerack-quarantine-';
/** Quarantines and the disposable clones in front of them (`disposable-clone.ts`). */
const LEFT = /^spicerack-(quarantine|copy)-\d/;
/** Far longer than any of them is needed. */
const LEFT_AFTER_MS = 3_600_000;

let swept: Promise<void> | undefined;

/** Removes what killed processes left behind, once a process. */
async function sweep(): Promise<void> {
  for (const place of [MEMORY, tmpdir()]) {
    const names = await readdir(place).catch(() => []);
    for (const folder of names.filter((name) => LEFT.test(name)).map((name) => join(place, name))) {
      const made = await stat(folder).catch(() => null);
      if (made && Date.now() - made.mtimeMs > LEFT_AFTER_MS) await rm(folder, { recursive: true, force: true });
    }
  }
}

/** A path as an entry of GIT_ALTERNATE_OBJECT_DIRECTORIES, where `:` separates and a quoted entry is C-like (git 2.11). */
function quotedPath(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}
