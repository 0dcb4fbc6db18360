import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { breather } from '@/breather';
import { GitError } from '../process/error';
import { git, gitText } from '../process/run';
import { checkThere } from './cat-file';
import { parseCommit } from './commit';
import type { HeldObject, ObjectType, Quarantine } from './objects';
import { sameEnd, sameStart } from './same-bytes';

/**
 * Takes the objects that `wanted` needs and `present` lacks out of a quarantine into its clone, as one pack.
 * @param present commits that the clone has with all their history.
 * @throws GitError when the clone would not hold everything that `wanted` needs.
 */
export async function takePack(
  quarantine: Quarantine,
  wanted: string[],
  present: string[],
  signal?: AbortSignal,
): Promise<void> {
  const { gitDir } = quarantine;
  // index-pack does not look whether what the pack's objects name is there.
  if (quarantine.isHeld) {
    await takeHeld(quarantine, signal);
  } else {
    await git(['index-pack', '--stdin'], {
      gitDir,
      input: await packByGit(quarantine, wanted, present, signal),
      signal,
    });
    await checkReached(gitDir, wanted, signal);
  }
}

/** That the clone holds what these need: the check that a fetch makes. */
async function checkReached(gitDir: string, wanted: string[], signal: AbortSignal | undefined): Promise<void> {
  const check = ['rev-list', '--objects', '--quiet', '--stdin', '--not', '--all'];
  await git(check, { gitDir, input: lines(wanted), signal });
}

/**
 * Where it is known what each object names that the one it is an edit of does not, only that is looked for. git
 * would read every entry of every tree, of which thousands are as they were.
 */
async function takeHeld({ gitDir, held }: Quarantine, signal: AbortSignal | undefined): Promise<void> {
  const { objects, folders } = namedBy(held);
  const index = async () => {
    const args = ['index-pack', '--stdin', '--fix-thin', '--index-version=2'];
    const answer = await gitText(args, { gitDir, input: await packOf(held), settings: STORED, signal });
    await checkPacked(gitDir, answer, held.keys());
  };
  // Neither goes on when the other one fails, for nothing may outlive the quarantine.
  const both = await Promise.allSettled([index(), checkThere(objects, { gitDir, signal })]);
  for (const one of both) if (one.status === 'rejected') throw one.reason;
  if (folders.size > 0) await checkReached(gitDir, [...folders], signal);
}

/** What has to be there beside these objects: others, and folders of which nobody has read what is in them. */
function namedBy(held: Quarantine['held']): { objects: Set<string>; folders: Set<string> } {
  const objects = new Set<string>();
  const folders = new Set<string>();
  for (const [name, { type, content, like }] of held) {
    if (type === 'commit') {
      const { tree, parents } = parseCommit(content);
      for (const id of [tree, ...parents]) objects.add(id);
    } else if (like) {
      for (const id of [like.id, ...like.objects]) objects.add(id);
      for (const id of like.folders) folders.add(id);
    } else if (type === 'tree' && content.length > 0) {
      folders.add(name);
    }
  }
  for (const id of held.keys()) objects.delete(id);
  return { objects, folders };
}

/**
 * How index-pack adds the trees of the clone that some are edits of (seen with git 2.39: loose objects' setting, and not
 * packs'). They are ids, which hardly get smaller, and trying took it a third of its time; upkeep packs them anew.
 */
const STORED: Array<[string, string]> = [['core.looseCompression', '0']];

/** Where the ids begin in the index of a pack, behind eight bytes and 256 numbers (`gitformat-pack`, version 2). */
const IDS_AT = 8 + 256 * 4;

/**
 * That a pack has these objects: git has computed their ids anew from what is in it.
 * @param answer what `index-pack` says: `pack`, a tab, and the pack's name
 */
async function checkPacked(gitDir: string, answer: string, wanted: Iterable<string>): Promise<void> {
  const [, name = ''] = answer.split('\t');
  const index = await readFile(join(gitDir, 'objects', 'pack', `pack-${name}.idx`));
  const count = index.readUInt32BE(IDS_AT - 4);
  const bytes = name.length / 2;
  const ids = index.toString('hex', IDS_AT, IDS_AT + count * bytes);
  const there = new Set(Array.from({ length: count }, (_, i) => ids.slice(i * name.length, (i + 1) * name.length)));
  for (const id of wanted) {
    if (!there.has(id)) throw new GitError('corrupt', `the clone lacks object ${id}`, ['index-pack'], '');
  }
}

async function packByGit(
  quarantine: Quarantine,
  wanted: string[],
  present: string[],
  signal?: AbortSignal,
): Promise<Buffer> {
  const { gitDir, env } = quarantine;
  await quarantine.flush();
  const { stdout } = await git(['pack-objects', '--revs', '--stdout', '-q', '--window=0'], {
    gitDir,
    env,
    input: `${lines(wanted)}--not\n${lines(present)}`,
    signal,
  });
  return stdout;
}

const lines = (ids: string[]) => ids.map((id) => `${id}\n`).join('');

/** The numbers that packs have for types. */
const TYPES: Record<ObjectType, number> = { commit: 1, tree: 2, blob: 3 };
/** An edit of another object, which is named by its id. */
const EDIT = 7;
/** An object that so many edits lead to is written in full: to be read, all of them are made. */
const MAX_EDITS = 30;

/**
 * A pack of these objects, as `gitformat-pack` describes it: of one that is a small edit of another, what is edited.
 * That other one may be in the clone alone (`--fix-thin`).
 */
async function packOf(objects: ReadonlyMap<string, HeldObject>): Promise<Buffer> {
  const header = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  header.writeUInt32BE(objects.size, 8);
  const parts: Buffer[] = [header];
  const breathe = breather();
  const written = new Set<string>();
  for (const [id, { type, content, like, edits }] of objects) {
    // Where a change is taken back, a tree of the clone is made of an edit of itself: no two are edits of each other.
    const isThere = like && (written.has(like.id) || !objects.has(like.id));
    written.add(id);
    const edit = isThere && edits % MAX_EDITS !== 0 ? editOf(like.content, content) : null;
    if (like && edit && edit.length < content.length / 2) {
      parts.push(entryHeader(EDIT, edit.length), Buffer.from(like.id, 'hex'), packed(edit));
    } else {
      parts.push(entryHeader(TYPES[type], content.length), packed(content));
    }
    await breathe();
  }
  const pack = Buffer.concat(parts);
  const [{ length: idLength } = ''] = objects.keys();
  return Buffer.concat([
    pack,
    createHash(idLength === 64 ? 'sha256' : 'sha1')
      .update(pack)
      .digest(),
  ]);
}

/** Bytes below which compressing costs more than it spares. */
const SMALL = 1024;

/** As zlib has it; what is small, as it is. */
function packed(bytes: Buffer): Buffer {
  if (bytes.length >= SMALL) return deflateSync(bytes);
  const ends = Buffer.alloc(11);
  ends.writeUInt16BE(0x7801, 0);
  // One block, the last one, that is stored.
  ends.writeUInt8(1, 2);
  ends.writeUInt16LE(bytes.length, 3);
  ends.writeUInt16LE(~bytes.length & 0xffff, 5);
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  ends.writeUInt16BE(high, 7);
  ends.writeUInt16BE(low, 9);
  return Buffer.concat([ends.subarray(0, 7), bytes, ends.subarray(7)]);
}

/** Four bits of the size beside the type, and then seven in each byte, the low ones first. */
function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = size >>> 4; rest > 0; rest >>>= 7) {
    bytes.push(byte | 128);
    byte = rest & 127;
  }
  return Buffer.from([...bytes, byte]);
}

/** How to make `content` of `like`, as packs have it: what stands between their common begin and end is new. */
function editOf(like: Buffer, content: Buffer): Buffer {
  const start = sameStart(like, content);
  const end = sameEnd(like, content, start);
  return Buffer.concat([
    sizeOf(like.length),
    sizeOf(content.length),
    ...copies(0, start),
    ...inserts(content.subarray(start, content.length - end)),
    ...copies(like.length - end, end),
  ]);
}

function sizeOf(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

/** The most bytes that one instruction copies, in two bytes of size, and inserts. */
const MOST_COPIED = 0xffff;
const MOST_INSERTED = 127;

/** A byte that tells which of four bytes of offset and two of size follow; all do. */
function copies(from: number, length: number): Buffer[] {
  const all: Buffer[] = [];
  for (let done = 0; done < length; done += MOST_COPIED) {
    const copy = Buffer.alloc(7);
    copy.writeUInt8(0b1011_1111, 0);
    copy.writeUInt32LE(from + done, 1);
    copy.writeUInt16LE(Math.min(MOST_COPIED, length - done), 5);
    all.push(copy);
  }
  return all;
}

function inserts(bytes: Buffer): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MOST_INSERTED) {
    const piece = bytes.subarray(at, at + MOST_INSERTED);
    all.push(Buffer.from([piece.length]), piece);
  }
  return all;
}
