import { redact } from './redact';
import { visible } from './visible';

/**
 * The one place where text from outside comes in: what git and the programs beside it say, what remotes and forges
 * say through them, what commits hold. It is decoded, cut, freed of secrets, and its control characters are made
 * visible, before any pattern looks at it and before anybody sees it.
 */

/** The most of an error text that is kept, in bytes: half from its start, half from its end. */
export const MOST_ERROR_TEXT = 64 * 1024;
const HALF = MOST_ERROR_TEXT / 2;
/** How far the edge of a cut is moved to the end of a line, so that nothing is cut within a secret. */
const TO_LINE_END = 4096;

/** The error text of a process, taken in as it comes and never held whole: where it is long, its middle is left out. */
export class ErrorText {
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headSize = 0;
  #tailSize = 0;
  #size = 0;

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    const taken = chunk.subarray(0, HALF - this.#headSize);
    // Copied: a small part must not keep the whole chunk alive.
    if (taken.length > 0) this.#head.push(Buffer.from(taken));
    this.#headSize += taken.length;
    const rest = chunk.subarray(taken.length).subarray(-HALF);
    if (rest.length === 0) return;
    this.#tail.push(Buffer.from(rest));
    this.#tailSize += rest.length;
    for (let first = this.#tail[0]; first && this.#tailSize - first.length >= HALF; first = this.#tail[0]) {
      this.#tail.shift();
      this.#tailSize -= first.length;
    }
  }

  /** What was said so far, cut where it is long, and clean. */
  toString(): string {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail).subarray(-HALF);
    if (head.length + tail.length === this.#size) return clean(Buffer.concat([head, tail]).toString('utf8'));
    const [first, last] = [untilLineEnd(head.toString('utf8')), fromLineStart(tail.toString('utf8'))];
    return `${clean(first)}\n… ${counted(this.#size, 'bytes')} in all; the middle is left out …\n${clean(last)}`;
  }
}

/**
 * A text that may hold foreign words (of a remote, a forge, a commit, a branch's name), for people: as `ErrorText`
 * would give it, and at most `most` characters long.
 */
export function shown(text: string, most = 4000): string {
  const held = new ErrorText();
  held.add(Buffer.from(text));
  return shorten(held.toString(), most);
}

/**
 * A text from outside on one line of at most `most` characters, for messages and rows: a longer one says how long it
 * was. Secrets are not looked for; in an error text they are hidden already.
 */
export function oneLine(text: string, most = 500): string {
  const [start, cut] = [text.slice(0, most * 8), text.length > most * 8];
  const line = visible(start.split(/\s+/).join(' ').trim());
  if (!cut && line.length <= most) return line;
  return `${wellCut(line, most)}… (${counted(text.length, 'characters')})`;
}

/** The most of a job's message, in characters. */
const MOST_MESSAGE = 1500;

/** A text for a job's message or step: as `shown`, but shorter, since lists carry it and the log has it whole. */
export function forMessage(text: string): string {
  const clean = shown(text, MOST_ERROR_TEXT);
  if (clean.length <= MOST_MESSAGE) return clean;
  return `${wellCut(clean, MOST_MESSAGE)}… ${counted(text.length, 'characters')}, in the log`;
}

/** A clean text of several lines, cut to at most `most` characters; a longer one says how long it was. */
export function shorten(text: string, most = 2000): string {
  return text.length <= most ? text : `${wellCut(text, most)}… (${counted(text.length, 'characters')})`;
}

function clean(text: string): string {
  // git itself ends some words of the far side with the NUL of its own string.
  return visible(redact(text.replace(/\r\n?/g, '\n').replace(/\0 *$/gm, '')));
}

/** Without its last line where that is short, else without its last word, or as much of it as a secret may be long. */
function untilLineEnd(text: string): string {
  const line = text.lastIndexOf('\n');
  if (line >= text.length - TO_LINE_END) return text.slice(0, Math.max(line, 0));
  return text.slice(0, Math.max(text.lastIndexOf(' '), text.length - TO_LINE_END, 0));
}

/** Without its first line where that is short, else without its first word, or as much of it as a secret may be long. */
function fromLineStart(text: string): string {
  const line = text.indexOf('\n');
  if (line >= 0 && line < TO_LINE_END) return text.slice(line + 1);
  const word = text.indexOf(' ');
  return text.slice(word < 0 ? TO_LINE_END : Math.min(word + 1, TO_LINE_END));
}

/** Cut so that no character is cut in two. */
function wellCut(text: string, most: number): string {
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}

const counted = (count: number, what: string) => `${count.toLocaleString('en-US')} ${what}`;
