import type { Person } from '@/model/changes';
import { oneLine, shorten } from '@/text/foreign';
import { visible } from '@/text/visible';
import { GitError } from '../process/error';

/**
 * Commit and tree objects as bytes. Text is held as latin1, one character a byte, so that what is copied is
 * copied to the letter whatever its encoding.
 */

/** What a commit object says. `author`, `committer`, `encoding` and `message` are latin1, byte for byte. */
export interface Commit {
  tree: string;
  parents: string[];
  /** The author line without its keyword; empty where there is none. */
  author: string;
  /** The committer line likewise. */
  committer: string;
  /** The encoding header's value, or null. */
  encoding: string | null;
  message: string;
  signed: boolean;
}

export function parseCommit(content: Uint8Array): Commit {
  const text = Buffer.from(content).toString('latin1');
  const blank = text.indexOf('\n\n');
  const commit: Commit = {
    tree: '',
    parents: [],
    author: '',
    committer: '',
    encoding: null,
    message: blank < 0 ? '' : text.slice(blank + 2),
    signed: false,
  };
  for (const line of text.slice(0, blank < 0 ? undefined : blank).split('\n')) {
    const space = line.indexOf(' ');
    const value = line.slice(space + 1);
    switch (line.slice(0, space)) {
      case 'tree':
        commit.tree = value;
        break;
      case 'parent':
        commit.parents.push(value);
        break;
      case 'author':
        commit.author = value;
        break;
      case 'committer':
        commit.committer = value;
        break;
      case 'encoding':
        commit.encoding = value;
        break;
      case 'gpgsig':
      case 'gpgsig-sha256':
        commit.signed = true;
        break;
    }
  }
  return commit;
}

/** Writes a commit object. `committer` is `Name <email> seconds zone` in UTF-8; the other texts are latin1. */
export function formatCommit(commit: Omit<Commit, 'signed' | 'committer'>, committer: string): Buffer {
  const header = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    ...(commit.author === '' ? [] : [`author ${commit.author}`]),
    `committer ${Buffer.from(committer, 'utf8').toString('latin1')}`,
    ...(commit.encoding === null ? [] : [`encoding ${commit.encoding}`]),
  ];
  return Buffer.from(`${header.join('\n')}\n\n${commit.message}`, 'latin1');
}

/** As much of a message as is looked at for its subject, in bytes. */
const MOST_SUBJECT = 16 * 1024;

/** The first paragraph of the message on one line, decoded for people, of 500 characters at most. */
export function subjectOf(commit: Pick<Commit, 'message' | 'encoding'>): string {
  const text = decoder(commit.encoding).decode(Buffer.from(commit.message.slice(0, MOST_SUBJECT), 'latin1'));
  const lines = text.split('\n').map((line) => line.trim());
  const first = lines.findIndex((line) => line !== '');
  const end = lines.indexOf('', Math.max(first, 0));
  return oneLine(first < 0 ? '' : lines.slice(first, end < 0 ? undefined : end).join(' '));
}

/** The author's name of a commit, decoded for people, of 200 characters at most. */
export function authorOf({ author, encoding }: Pick<Commit, 'author' | 'encoding'>): string {
  return identityOf(author, encoding).name;
}

/**
 * Who a line `Name <email> seconds zone` names, decoded for people, and when (ISO 8601; null where that cannot be read).
 */
export function identityOf(line: string, encoding: string | null): Person {
  const start = line.indexOf(' <');
  const end = line.indexOf('> ', start);
  const decoded = (text: string) => oneLine(decoder(encoding).decode(Buffer.from(text, 'latin1')), 200);
  return {
    name: decoded(line.slice(0, Math.max(start, 0))),
    email: start < 0 || end < 0 ? '' : decoded(line.slice(start + 2, end)),
    at: end < 0 ? null : timeOf(line.slice(end + 2).split(' ')[0] ?? ''),
  };
}

/** The end of the year 9999: what comes after is no four-digit year, and most often another unit (microseconds). */
const LATEST_SECONDS = 253_402_300_799;

/** Unix seconds as ISO 8601; null where it is no time that people use. git gives nothing for what it cannot read. */
export function timeOf(seconds: string): string | null {
  const known = /^\d+$/.test(seconds) && Number(seconds) <= LATEST_SECONDS;
  return known ? new Date(Number(seconds) * 1000).toISOString() : null;
}

/** The most of a message's body that is shown, in bytes. */
const MOST_BODY = 16 * 1024;

/** What follows the message's first paragraph, decoded for people; it says so where it is cut. */
export function bodyOf({ message, encoding }: Pick<Commit, 'message' | 'encoding'>): string {
  const text = decoder(encoding).decode(Buffer.from(message.slice(0, MOST_SUBJECT + MOST_BODY), 'latin1'));
  const after = text
    .trimStart()
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .slice(1)
    .join('\n\n');
  const cut = message.length > MOST_SUBJECT + MOST_BODY;
  return visible(shorten(after.trim(), MOST_BODY) + (cut ? '…' : ''));
}

function decoder(encoding: string | null): TextDecoder {
  try {
    return new TextDecoder(encoding ?? 'utf-8');
  } catch {
    // A label that nobody knows: the bytes are shown as far as they are UTF-8.
    return new TextDecoder();
  }
}

/** The mode of a folder in a tree. */
export const TREE = '40000';
/** That of a submodule: the commit that such an entry names is in another repository. */
export const SUBMODULE = '160000';

export interface TreeEntry {
  /** As git writes it in trees: `100644`, `100755`, `120000`, `160000`, `40000`. */
  mode: string;
  /** latin1, byte for byte. */
  name: string;
  id: string;
}

/** Reads a tree object; `idLength` is the length of an id in hex. */
export function parseTree(content: Buffer, idLength: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(' ', at);
    const nul = content.indexOf('\0', space);
    if (space < 0 || nul < 0) throw new GitError('corrupt', 'a tree object cannot be read', [], '');
    const end = nul + 1 + idLength / 2;
    entries.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('latin1', space + 1, nul),
      id: content.toString('hex', nul + 1, end),
    });
    at = end;
  }
  return entries;
}

/** Writes a tree object of one level. Entries must be in git's order. */
export function formatTree(entries: TreeEntry[]): Buffer {
  return Buffer.concat(
    entries.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]),
  );
}
