import { visibleJson } from '@/text/visible';

/** An agent's window takes some tens of KB, so an answer is small however much there is to tell. */

/** The most entries of each list of an answer. */
export const MOST = 50;

/** The most of all lists of an answer together, in bytes. */
const MOST_BYTES = 24_000;

/** How many things a sentence names. */
const NAMED = 10;

/** A list, or one whose entries are made when they are asked for. */
export interface Listed<T> {
  readonly length: number;
  slice(from: number, until: number): T[];
}

/** A list as an answer has it: of many thousands only those are shaped that are on its page. */
export function shaped<From, To>(list: readonly From[], shape: (entry: From) => To): Listed<To> {
  return { length: list.length, slice: (from, until) => list.slice(from, until).map((entry) => shape(entry)) };
}

export interface Page {
  /** What it has of one of the lists. */
  of<T>(list: Listed<T>): T[];
  /** The `from` of the page after it; null where none is. */
  next: number | null;
}

/**
 * The page of an answer's lists that begins at `from`: of each of them the entries up to the same place, `most` of them,
 * and fewer where they are long. It is never empty where one of the lists goes on. Pure.
 */
export function pageOf(lists: ReadonlyArray<Listed<unknown>>, from = 0, most = MOST): Page {
  const end = Math.max(...lists.map(({ length }) => length));
  let until = from;
  for (let room = MOST_BYTES; until < Math.min(end, from + most); until++) {
    const at = until;
    room -= Buffer.byteLength(visibleJson(lists.map((list) => list.slice(at, at + 1))));
    if (room < 0 && until > from) break;
  }
  return { of: (list) => list.slice(from, until), next: until < end ? until : null };
}

/** The first of a list, where how many there are is told beside it. */
export function firstOf<T>(list: Listed<T>, most = MOST): T[] {
  return pageOf([list], 0, most).of(list);
}

/**
 * The first of many in a sentence, and how many there are besides.
 * @param count of how many `words` are the first
 */
export function firstIn(words: readonly string[], sign: string, count = words.length): string {
  const first = firstOf(words, NAMED);
  return [...first, ...(count > first.length ? [`and ${count - first.length} more`] : [])].join(sign);
}
