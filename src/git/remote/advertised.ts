import { isUtf8 } from 'node:buffer';
import type { LeftOutRef } from '@/model/left-out';
import { oneLine } from '@/text/foreign';
import { MAX_BRANCHES, tooLarge } from '../process/bounds';
import { lsRemote } from './ls-remote';
import type { RemoteOptions } from './options';

/** A branch as the remote lists it. */
export interface AdvertisedBranch {
  /** The bytes of its name without `refs/heads/`, one character a byte. */
  bytes: string;
  tip: string;
  /** Of a symbolic ref, the full name of the ref that it stands for, in bytes as well. */
  aliasOf: string | null;
}

const HEADS = 'refs/heads/';

/**
 * What the remote has under `refs/heads/`. Symbolic refs are told by protocol 2 alone; older servers list them as
 * branches.
 * @throws GitError, `too_large` where there are more than `MAX_BRANCHES`
 */
export async function advertisedBranches(gitDir: string, options: RemoteOptions = {}): Promise<AdvertisedBranch[]> {
  const args = ['--symref', '--heads', '--', 'origin'];
  const branches: AdvertisedBranch[] = [];
  const aliases = new Map<string, string>();
  await lsRemote(args, { ...options, gitDir, encoding: 'latin1' }, (value, ref) => {
    if (!ref.startsWith(HEADS)) return;
    if (value.startsWith('ref: ')) {
      aliases.set(ref, value.slice('ref: '.length));
      return;
    }
    if (branches.length === MAX_BRANCHES) throw tooLarge(`the remote has more than ${MAX_BRANCHES} branches`, args);
    branches.push({ bytes: ref.slice(HEADS.length), tip: value, aliasOf: aliases.get(ref) ?? null });
  });
  return branches;
}

/** What a fetch takes of the branches that the remote lists, and what it leaves out. */
export interface Choice {
  /** By the bytes of their names, all UTF-8: the ids. */
  taken: Map<string, string>;
  /** By the bytes of their names as well. */
  leftOut: Map<string, LeftOutRef>;
}

/** A file's name is at most 255 bytes on all common disks, and git adds `.lock` to it. */
const LONGEST_PART = 250;
/** A path is at most 4,096 bytes, of which the clone's own place takes some. */
const LONGEST_NAME = 3000;

/**
 * Chooses what can be read and stored. Where the trunk is an alias, it stays the trunk, and what it stands for is
 * left out in its place. Pure.
 * @param foldsCase whether the clone's disk takes `Foo` and `foo` for one name
 * @param missing ids that the remote lists and does not have
 */
export function chooseBranches(
  advertised: AdvertisedBranch[],
  {
    trunk,
    foldsCase,
    missing = new Set(),
  }: { trunk: string | null; foldsCase: boolean; missing?: ReadonlySet<string> },
): Choice {
  const taken = new Map<string, string>();
  const leftOut = new Map<string, LeftOutRef>();
  const leave = (bytes: string, reason: LeftOutRef['reason'], of?: string) =>
    leftOut.set(bytes, { name: shownName(bytes), reason, ...(of === undefined ? {} : { of }) });

  const trunkBytes = trunk === null ? null : Buffer.from(trunk).toString('latin1');
  const trunkStandsFor = advertised.find(({ bytes }) => bytes === trunkBytes)?.aliasOf ?? null;
  const all = new Set(advertised.map(({ bytes }) => bytes));
  const folded = new Map<string, number>();
  if (foldsCase) for (const bytes of all) folded.set(fold(bytes), (folded.get(fold(bytes)) ?? 0) + 1);

  for (const { bytes, tip, aliasOf } of advertised) {
    const isTrunk = bytes === trunkBytes;
    if (aliasOf !== null && !isTrunk) leave(bytes, 'alias', shownName(withoutHeads(aliasOf)));
    else if (trunk !== null && trunkStandsFor === HEADS + bytes) leave(bytes, 'alias', shownName(trunkBytes ?? ''));
    else if (!isUtf8(Buffer.from(bytes, 'latin1'))) leave(bytes, 'not_utf8');
    else if (bytes.length > LONGEST_NAME || bytes.split('/').some((part) => part.length > LONGEST_PART))
      leave(bytes, 'too_long');
    else if (isZero(tip) || missing.has(tip)) leave(bytes, 'broken');
    else if (hasAncestor(bytes, all) || ((folded.get(fold(bytes)) ?? 0) > 1 && !isTrunk)) leave(bytes, 'clash');
    else taken.set(bytes, tip);
  }
  return { taken, leftOut };
}

/** How a ref is listed that names nothing: its file is empty, say. */
const isZero = (tip: string) => /^0+$/.test(tip);

/** Whether a folder that the name lies in is a branch itself. */
function hasAncestor(bytes: string, all: ReadonlySet<string>): boolean {
  for (let at = bytes.indexOf('/'); at >= 0; at = bytes.indexOf('/', at + 1)) {
    if (all.has(bytes.slice(0, at))) return true;
  }
  return false;
}

/** What a disk makes of a name that minds neither case nor the two ways to write `é`. */
function fold(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8').normalize('NFC').toLowerCase();
}

/** The longest name that is shown whole. */
const MOST_SHOWN = 200;

/** A name, given as bytes, for people: decoded if it is UTF-8, else with its odd bytes as `\xe9`. */
export function shownName(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1');
  const text = isUtf8(buffer)
    ? buffer.toString('utf8')
    : bytes.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
  return oneLine(text, MOST_SHOWN);
}

const withoutHeads = (ref: string) => (ref.startsWith(HEADS) ? ref.slice(HEADS.length) : ref);
