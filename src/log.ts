import { format } from 'node:util';
import { redact } from '@/text/redact';
import { visible } from '@/text/visible';

/** What is said to whoever runs the server, a line a fact: JSON for programs, words for a terminal. */

const LEVELS = ['info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

/** What a line tells beside its words. */
export interface Facts {
  /** Its name. */
  repository?: string;
  /** Its number, `#12`, and its id, by which it is asked for. */
  job?: number;
  jobId?: string;
  attempt?: number;
  /** How it failed, in capitals. */
  code?: string | null | undefined;
  [name: string]: string | number | boolean | null | undefined;
}

/** The same trouble is said this often at most, in milliseconds, with how often it came meanwhile. */
export const QUIET_MS = 60_000;

/** Characters of each text: what others say may be long. */
const MOST = 1000;
/** Lines of a stack. */
const MOST_FRAMES = 12;
/** Troubles that are told apart by their words; beyond that by their event alone. */
const MOST_KEYS = 200;

interface Shared {
  /** Which server speaks, where several do. */
  node: string | null;
  /** Troubles that were said less than a while ago, and how often they have come since. */
  said: Map<string, { more: number }>;
}
// The server and the app's bundles do not share modules.
const global = globalThis as typeof globalThis & { __spicerackLog?: Shared };
function shared(): Shared {
  global.__spicerackLog ??= { node: null, said: new Map() };
  return global.__spicerackLog;
}

/** Says which server it is in every line from here on. */
export function nameNode(node: string): void {
  shared().node = node;
}

/** Checked in `config.ts`; read here, so that a line can be written whatever the settings are. */
const isJson = () => {
  const asked = process.env.SPICERACK_LOG;
  return asked === 'json' || (asked !== 'text' && !process.stdout.isTTY);
};
const leastLevel = () => LEVELS.find((level) => level === process.env.SPICERACK_LOG_LEVEL) ?? 'info';

/**
 * Writes one line. No text of it holds a secret or acts on a terminal, whoever it comes from.
 * @param event what kind of fact it is, for programs: `claimed`, `pushed`, `ended`
 * @param message the same in a sentence
 */
export function log(level: Level, event: string, message: string, facts: Facts = {}): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(leastLevel())) return;
  const clean = Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) => {
      if (value === undefined || value === null) return [];
      return [[name, typeof value === 'string' ? told(value) : value]];
    }),
  );
  const time = new Date().toISOString();
  const words = told(message);
  const line = isJson()
    ? JSON.stringify({ time, level, node: shared().node, event, message: words, ...clean })
    : `${time.slice(11, 19)} ${level === 'info' ? '' : `${level}: `}${words.replace(/\s*\n\s*/g, ' ')}${inWords(clean)}`;
  (level === 'info' || isJson() ? process.stdout : process.stderr).write(`${line}\n`);
}

/** What is said to who starts the server: as it is on a terminal. */
export function announce(message: string): void {
  if (isJson()) log('info', 'server', message);
  else process.stdout.write(`${visible(redact(message))}\n`);
}

/**
 * The same for what failed, with why. The same trouble is one line a minute, which says how often it came since the
 * one before.
 * @param withStack where it was none of the failures that are known: where in the program it happened
 */
export function logTrouble(
  event: string,
  message: string,
  error: unknown,
  { withStack = false, ...facts }: Facts & { withStack?: boolean } = {},
): void {
  const { said } = shared();
  const exact = `${event} ${message}`;
  const key = said.has(exact) || said.size < MOST_KEYS ? exact : event;
  const before = said.get(key);
  if (before) {
    before.more += 1;
    return;
  }
  const since = { more: 0 };
  said.set(key, since);
  const why = error === undefined ? undefined : wordsOf(error);
  const stack = withStack && error instanceof Error ? framesOf(error) : undefined;
  log('error', event, message, { ...facts, why, stack });
  setTimeout(() => {
    said.delete(key);
    if (since.more > 0) logTrouble(event, message, error, { ...facts, times: since.more });
  }, QUIET_MS).unref();
}

/**
 * Takes over what others in this process print, so that every line is one of ours where programs read them: a library
 * that complains with a stack a second is one line a minute. What one only chats about, as Next does of its settings at
 * each start, is no fact and left out.
 */
export function takeOverConsole(): void {
  if (!isJson() && process.env.NODE_ENV !== 'production') return;
  for (const name of ['log', 'info', 'debug'] as const) console[name] = () => undefined;
  if (!isJson()) return;
  for (const name of ['warn', 'error', 'trace'] as const)
    console[name] = (...said: unknown[]) => {
      const [first = '', ...rest] = format(...said).split('\n');
      logTrouble('console', first, rest.length > 0 ? rest.join('\n') : undefined);
    };
}

function told(text: string): string {
  const safe = visible(redact(text)).trim();
  return safe.length > MOST ? `${safe.slice(0, MOST)}…` : safe;
}

/**
 * Its words, and those of what caused it: "fetch failed" alone says nothing. Those of a query that failed are its SQL
 * and all that it was given, which may be long and is what people wrote: what went wrong says its cause.
 */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('query' in error && error.cause instanceof Error) return wordsOf(error.cause);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return cause === '' || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

function framesOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, MOST_FRAMES)
    .map((frame) => frame.trim())
    .join('\n');
}

/** The facts after the words: `· shop #12, attempt 2, NETWORK`. */
function inWords({ repository, job, jobId: _, attempt, code, why, stack, ...others }: Record<string, unknown>): string {
  const place = [repository, job === undefined ? undefined : `#${job}`].filter(Boolean).join(' ');
  const parts = [
    place,
    typeof attempt === 'number' && attempt > 1 ? `attempt ${attempt}` : '',
    code,
    ...Object.entries(others).map(([name, value]) => `${name} ${value}`),
  ].filter(Boolean);
  const ends = [
    ...(parts.length > 0 ? [` · ${parts.join(', ')}`] : []),
    ...(why ? [`: ${String(why).replace(/\s*\n\s*/g, ' ')}`] : []),
    ...(stack ? [`\n  ${String(stack).replaceAll('\n', '\n  ')}`] : []),
  ];
  return ends.join('');
}
