import { DrizzleQueryError } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { announce, log, logTrouble, QUIET_MS, takeOverConsole } from './log';

/** What was written, of both streams. */
let written: string[];
const lines = () => written.join('').split('\n').slice(0, -1);
const rows = () => lines().map((line) => JSON.parse(line));

beforeEach(() => {
  written = [];
  vi.useFakeTimers();
  vi.stubEnv('SPICERACK_LOG', 'json');
  vi.stubEnv('SPICERACK_LOG_LEVEL', 'info');
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
  }
});
afterEach(() => {
  // What is still held back is over with the test.
  vi.runAllTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('a fact', () => {
  it('is one line of JSON for programs, with time, level, node and what it is about', () => {
    log('info', 'claimed', 'Claimed', { repository: 'shop', job: 12, attempt: 2, code: null });
    log('error', 'ended', 'Ended: no\nroom', { code: 'INTERNAL' });
    expect(rows()).toEqual([
      { time: expect.any(String), level: 'info', node: null, event: 'claimed', message: 'Claimed', repository: 'shop', job: 12, attempt: 2 }, // biome-ignore format: one line
      { time: expect.any(String), level: 'error', node: null, event: 'ended', message: 'Ended: no\nroom', code: 'INTERNAL' }, // biome-ignore format: one line
    ]);
  });

  it('is one line of words in a terminal, that acts on nothing there', () => {
    vi.stubEnv('SPICERACK_LOG', 'text');
    log('warn', 'held_back', 'Held back\u001b[2J', {
      repository: 'shop',
      job: 12,
      jobId: 'x',
      attempt: 2,
      branches: 3,
    });
    announce('Spicerack is ready.');
    expect(lines()[0]).toMatch(/^\d\d:\d\d:\d\d warn: Held back␛\[2J · shop #12, attempt 2, branches 3$/);
    expect(lines()[1]).toBe('Spicerack is ready.');
  });

  it('below the level that is asked for is left out', () => {
    vi.stubEnv('SPICERACK_LOG_LEVEL', 'warn');
    log('info', 'claimed', 'Claimed');
    log('warn', 'taken_over', 'Taken over');
    expect(rows().map(({ event }) => event)).toEqual(['taken_over']);
  });
});

describe('trouble', () => {
  it('is one line a minute with how often it came, and silence once it is over', () => {
    const failing = () => logTrouble('upkeep_failed', 'Upkeep failed', new Error('no room'));
    for (let i = 0; i < 738; i += 1) failing();
    vi.advanceTimersByTime(QUIET_MS);
    failing();
    vi.advanceTimersByTime(QUIET_MS);
    expect(rows().map(({ why, times }) => [why, times])).toEqual([
      ['no room', undefined],
      ['no room', 737],
      ['no room', 1],
    ]);
    vi.advanceTimersByTime(10 * QUIET_MS);
    expect(rows()).toHaveLength(3);
    failing();
    expect(rows()).toHaveLength(4);
  });

  it('of another kind is said beside it, and has a stack of some lines where nobody knows it', () => {
    logTrouble('request_failed', 'A request failed', new TypeError('x is undefined'), { withStack: true });
    logTrouble('mcp_failed', 'A call failed', new Error('fetch failed', { cause: new Error('connect ECONNREFUSED') }));
    expect(rows().map(({ event }) => event)).toEqual(['request_failed', 'mcp_failed']);
    expect(rows()[0].stack).toMatch(/^at .*log\.test\.ts/);
    expect(rows()[0].stack.split('\n').length).toBeLessThan(15);
    expect(rows()[1]).not.toHaveProperty('stack');
    expect(rows()[1].why).toBe('fetch failed: connect ECONNREFUSED');
  });

  it('of a query that failed is what went wrong, without its SQL and what it was given', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:8080');
    const sql = `select ${'"a_column", '.repeat(80)} from "jobs"`;
    logTrouble('round_failed', 'Jobs cannot be sent', new DrizzleQueryError(sql, ['what somebody wrote'], cause));
    expect(rows()[0].why).toBe('connect ECONNREFUSED 127.0.0.1:8080');
  });

  it('that a library prints, with a stack each time, is one line too, and what it only chats about is none', () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const { log: plain, info, debug, warn, error, trace } = console;
    takeOverConsole();
    for (let i = 0; i < 50; i += 1) console.error(new Error('fetch failed'));
    console.log('Ready in %d ms', 12);
    Object.assign(console, { log: plain, info, debug, warn, error, trace });
    expect(rows()).toMatchObject([{ event: 'console', level: 'error', message: 'Error: fetch failed' }]);
  });
});
