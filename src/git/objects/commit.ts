import { oneLine } from '@/text/foreign';
import { GitError } from '../process/error';

/**
 * Commit and tree objects as bytes. Text is held as latin1, one character a byte, so that what is copied is
 * copied to the letter whatever its encoding.
 */

/** What a replay needs of a commit object. `author`, `encoding` and `message` are latin1, byte for byte. */
export interface Commit {
  tree: string;
  parents: string[];
  /** The author line without its keyword; empty where there is none. */
  author: string;
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
export function formatCommit(commit: Omit<Commit, 'signed'>, committer: string): Buffer {
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

function decoder(encoding: string | null): TextDecoder {
  try {
    return new TextDecoder(encoding ?? 'utf-8');
  } catch {
    // A label that nobody knows: the bytes are shown as far as they are UTF-8.
    return new TextDecoder();
  }
}

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
