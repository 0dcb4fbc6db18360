import type { ChangedFile, FileSide } from '@/model/changes';
import { shorten } from '@/text/foreign';
import { visible, visibleInLine } from '@/text/visible';
import { SUBMODULE } from '../objects/commit';
import { MAX_LISTED, tooLarge } from '../process/bounds';
import { git, gitChunks } from '../process/run';

/** How much of a difference is kept, for people to read; all of it is counted. */
export interface PatchBounds {
  files: number;
  /** Bytes of one file's patch, and of all of them. */
  fileBytes: number;
  bytes: number;
}

export interface Patch {
  files: ChangedFile[];
  fileCount: number;
  additions: number;
  deletions: number;
}

/** Bytes of a line that are shown. */
const MOST_LINE = 2000;

/** Bytes of a file beyond which git does not look into it: one line may be as long as the file. */
const MOST_FILE = 4 * 1024 * 1024;

const NEWLINE = 0x0a;
const NUL = 0;

/** Thrown once nothing that is still to come would be kept. */
class Enough extends Error {}

export interface PatchAsk {
  /** Commits or trees by id. */
  from: string;
  to: string;
  hideWhitespace: boolean;
  /** The one file that is wanted, by its place in the list of all; null for all of them. */
  file: number | null;
}

/**
 * How two commits (or trees) differ, from one process: the files with their sizes, and patches within bounds. Of a file
 * beyond its bound the patch is left out as a whole, or kept up to there where that file alone is wanted.
 * @throws GitError when a commit does not exist, or `too_large` where more files differ than can be listed
 */
export async function patchOf(
  gitDir: string,
  { from, to, hideWhitespace, file }: PatchAsk,
  bounds: PatchBounds,
  signal?: AbortSignal,
): Promise<Patch> {
  const args = [
    'diff-tree',
    ...['-r', '-M', '-z', '--raw', '--numstat', '-p', '--full-index', '--no-color', '--no-ext-diff', '--no-textconv'],
    ...['--src-prefix=a/', '--dst-prefix=b/', ...(hideWhitespace ? ['-w'] : []), from, to],
  ];
  const reader = new PatchReader(bounds, file);
  const options = { gitDir, signal, settings: [['core.bigFileThreshold', String(MOST_FILE)] as [string, string]] };
  try {
    await gitChunks(args, options, (chunk) => reader.take(chunk));
    reader.end();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  const patch = reader.patch();
  await addBytes(gitDir, patch.files, signal);
  return patch;
}

/** Says how large the sides are that are not compared as text. */
async function addBytes(gitDir: string, files: ChangedFile[], signal?: AbortSignal): Promise<void> {
  const sides = files
    .filter(({ kind }) => kind === 'binary')
    .flatMap((file) => [file.before, file.after].filter((side) => side !== null).map((side) => ({ file, side })));
  if (sides.length === 0) return;
  const input = sides.map(({ side }) => `${side.id}\n`).join('');
  const { stdout } = await git(['cat-file', '--batch-check=%(objectsize)'], { gitDir, input, signal });
  const sizes = stdout.toString('latin1').split('\n');
  for (const [at, { file, side }] of sides.entries()) {
    const size = sizes[at] ?? '';
    if (!/^\d+$/.test(size)) continue;
    side.bytes = Number(size);
    if (side.bytes > MOST_FILE) file.kind = 'large';
  }
}

const STATUS: Record<string, ChangedFile['status']> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'type_changed',
};

/** A file with what finds its patch in the output. */
interface Reading {
  file: ChangedFile;
  /** The line that its patch begins with, latin1. */
  head: string;
  lines: string[];
  bytes: number;
}

/**
 * Reads what `diff-tree -z --raw --numstat -p` gives, in pieces as it comes:
 * `(:MODE MODE ID ID STATUS NUL PATH NUL (PATH NUL)?)* (ADDED TAB DELETED TAB (PATH NUL | NUL PATH NUL PATH NUL))* NUL patch`.
 */
class PatchReader {
  #part: 'raw' | 'numstat' | 'patch' = 'raw';
  /** Fields of the record that is being read, latin1. */
  #fields: string[] = [];
  #rest: Buffer[] = [];
  #restLength = 0;
  readonly #readings: Reading[] = [];
  #fileCount = 0;
  #counted = 0;
  #additions = 0;
  #deletions = 0;
  /** The last file whose patch has begun, and that which the lines are of; null where they are of none that is kept. */
  #at = 0;
  #current: Reading | null = null;
  #inHunk = false;
  #bytes = 0;

  readonly #bounds: PatchBounds;
  readonly #only: number | null;

  constructor(bounds: PatchBounds, only: number | null) {
    this.#bounds = only === null ? bounds : { ...bounds, files: only + 1 };
    this.#only = only;
  }

  take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      const end = chunk.indexOf(this.#part === 'patch' ? NEWLINE : NUL, at);
      this.#hold(chunk.subarray(at, end < 0 ? undefined : end));
      if (end < 0) return;
      at = end + 1;
      this.#flush();
    }
  }

  end(): void {
    if (this.#restLength > 0) this.#flush();
  }

  patch(): Patch {
    return {
      files: this.#readings.slice(this.#only ?? 0).map(({ file, lines }) => ({
        ...file,
        patch: file.omitted === 'all' || lines.length === 0 ? null : lines.join('\n'),
      })),
      fileCount: this.#fileCount,
      additions: this.#additions,
      deletions: this.#deletions,
    };
  }

  /** A line of any length is held up to its bound. */
  #hold(part: Buffer): void {
    const room = this.#part === 'patch' ? MOST_LINE + 1 : MOST_PATH;
    if (this.#restLength < room) this.#rest.push(Buffer.from(part.subarray(0, room - this.#restLength)));
    this.#restLength += part.length;
  }

  #flush(): void {
    const text = Buffer.concat(this.#rest);
    const length = this.#restLength;
    this.#rest = [];
    this.#restLength = 0;
    if (this.#part === 'patch') this.#line(text, length);
    else this.#field(text.toString('latin1'));
  }

  #field(field: string): void {
    if (this.#fields.length === 0 && field === '') {
      this.#part = 'patch';
      return;
    }
    this.#fields.push(field);
    const [first = '', ...paths] = this.#fields;
    if (first.startsWith(':')) {
      const status = first[first.lastIndexOf(' ') + 1] ?? '';
      if (paths.length < (status === 'R' || status === 'C' ? 2 : 1)) return;
      this.#raw(first, status, paths);
    } else {
      this.#part = 'numstat';
      // The path follows as two more fields where it is another one on each side.
      if (first.endsWith('\t') && paths.length < 2) return;
      this.#numstat(first);
    }
    this.#fields = [];
  }

  #raw(first: string, status: string, paths: string[]): void {
    this.#fileCount += 1;
    if (this.#fileCount > MAX_LISTED) throw tooLarge(`more than ${MAX_LISTED} files differ`);
    if (this.#readings.length === this.#bounds.files) return;
    const [modeBefore = '', modeAfter = '', idBefore = '', idAfter = ''] = first.slice(1).split(' ');
    const [old = '', path = old] = paths;
    const side = (mode: string, id: string): FileSide | null => (mode === '000000' ? null : { mode, id, bytes: null });
    this.#readings.push({
      file: {
        path: shownPath(path),
        from: path === old ? null : shownPath(old),
        status: STATUS[status] ?? 'modified',
        before: side(modeBefore, idBefore),
        after: side(modeAfter, idAfter),
        additions: null,
        deletions: null,
        kind: modeBefore === SUBMODULE || modeAfter === SUBMODULE ? 'submodule' : 'text',
        patch: null,
        omitted: null,
      },
      head: `diff --git ${quoted(`a/${old}`)} ${quoted(`b/${path}`)}`,
      lines: [],
      bytes: 0,
    });
  }

  #numstat(first: string): void {
    const [added = '', deleted = ''] = first.split('\t');
    const binary = added === '-';
    this.#additions += binary ? 0 : Number(added);
    this.#deletions += binary ? 0 : Number(deleted);
    const reading = this.#readings[this.#counted];
    this.#counted += 1;
    if (!reading) return;
    if (binary) {
      if (reading.file.kind === 'text') reading.file.kind = 'binary';
    } else {
      reading.file.additions = Number(added);
      reading.file.deletions = Number(deleted);
    }
  }

  #line(text: Buffer, length: number): void {
    if (text[0] === D && text.indexOf('diff --git ') === 0) {
      this.#begin(text.toString('latin1'));
      return;
    }
    if (text[0] === AT) this.#inHunk = true;
    const reading = this.#current;
    if (!reading || !this.#inHunk || reading.file.omitted !== null) return;
    const kept = Math.min(length, MOST_LINE);
    if (reading.bytes + kept > this.#bounds.fileBytes || this.#bytes + kept > this.#bounds.bytes) {
      if (this.#only !== null) {
        reading.file.omitted = 'rest';
        return;
      }
      reading.file.omitted = 'all';
      this.#bytes -= reading.bytes;
      reading.lines = [];
      return;
    }
    reading.bytes += kept;
    this.#bytes += kept;
    reading.lines.push(shownLine(text, length));
  }

  /** Patches come in the order of the files; some files have none, and a change of type has two. */
  #begin(head: string): void {
    this.#inHunk = false;
    this.#current = null;
    const at = this.#readings.findIndex((reading, index) => index >= this.#at && reading.head === head);
    if (at >= 0) {
      this.#at = at;
      if (this.#only === null || at === this.#only) this.#current = this.#readings[at] ?? null;
    } else if (this.#at === this.#readings.length - 1) throw new Enough();
  }
}

const D = 'd'.charCodeAt(0);
const AT = '@'.charCodeAt(0);

/** Bytes of a path that are kept: more than any system allows. */
const MOST_PATH = 64 * 1024;

function shownPath(path: string): string {
  // Unlike a message's, its blanks are part of it.
  return shorten(visibleInLine(Buffer.from(path, 'latin1').toString('utf8')), 1000);
}

function shownLine(text: Buffer, length: number): string {
  const line = visible(text.toString('utf8', 0, Math.min(length, MOST_LINE)));
  // Its sign is none of the file's.
  return length > MOST_LINE ? `${line}… (${(length - 1).toLocaleString('en-US')} bytes)` : line;
}

/** A path as the head of a patch has it (latin1): in quotes where it holds what would be misread. */
function quoted(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is quoted
  if (!/[\x00-\x1f"\\\x7f]/.test(path)) return path;
  const ESCAPES: Record<string, string> = {
    '\x07': 'a',
    '\b': 'b',
    '\t': 't',
    '\n': 'n',
    '\v': 'v',
    '\f': 'f',
    '\r': 'r',
    '"': '"',
    '\\': '\\',
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
  const inner = path.replace(/[\x00-\x1f"\\\x7f]/g, (character) => {
    const octal = character.charCodeAt(0).toString(8).padStart(3, '0');
    return `\\${ESCAPES[character] ?? octal}`;
  });
  return `"${inner}"`;
}
