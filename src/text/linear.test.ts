import { expect, test } from 'vitest';
import { subjectOf } from '@/git/objects/commit';
import { classify } from '@/git/process/error';
import { readRefusal } from '@/git/remote/push';
import { failureOf } from '@/queue/failure';
import { checkRemoteUrl } from '@/repos/url';
import { jobResult } from '@/ui/testing/rows';
import { summary } from '@/workflow/summary';
import { oneLine, shown } from './foreign';
import { redact } from './redact';
import { says } from './says';
import { visible } from './visible';

/** Everything that looks for something in a text from outside. */
const READERS: Record<string, (text: string) => unknown> = {
  redact,
  visible,
  shown,
  oneLine: (text) => oneLine(text),
  says: (text) => says(text, ["unable to create '*.lock'", 'packfile * does not', 'assertion*failed']),
  'the kinds of errors of git': (text) => classify(['fetch'], 128, text),
  'what a failure means for a job': (text) => failureOf(new Error(text)),
  'the summary of a job': (text) =>
    summary({ kind: 'sync_repo', branch: null, parent: null }, { ...jobResult({}), notes: [text] }, [], 'main'),
  'the answer to a push, by ref': (text) =>
    readRefusal(`!\trefs/heads/a:refs/heads/a\t[remote rejected] (${text.replaceAll('\n', ' ')})\n${text}`, 'x'),
  'the answer to a push, in words': (text) =>
    readRefusal(
      '!\tx:refs/heads/aaaa\t[remote rejected] (failed to update ref)\n!\tx:refs/heads/a.a\t[remote rejected] (pre-receive hook declined)',
      text,
    ),
  'the subject of a commit': (message) => subjectOf({ message, encoding: null }),
  'an address that is added': (text) => checkRemoteUrl(text, { allowLocal: true }),
};

/** What makes expressions slow: beginnings that go on for ever and never end. */
const WORST: Record<string, string> = {
  'a.a.': 'a.',
  'a:a@': 'a:a@',
  schemes: 'https://',
  'schemes with users': 'x://a:',
  quotes: "transport '",
  locks: "cannot lock ref 'x' Unable to create '",
  packs: 'packfile ',
  spaces: ' ',
  'lines of spaces': '   \n',
  'empty lines': '\n',
  remote: 'remote: x   \n',
  headers: 'authorization ',
  fields: 'token=',
  tokens: 'ghp_',
  'web tokens': 'eyJ-',
  'fields in quotes': 'token="',
  'fields with spaces': 'token : ',
  'encoded schemes': '%3A%2F%2F',
  brackets: '] (',
  tabs: 'a:\t[',
  digits: '1',
  escapes: '\u001b[',
  slashes: '/',
  assertions: 'Assertion ',
};

/** The time that work takes, in milliseconds of this process: others' load does not count. */
function time(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const SMALL = 128 * 1024;

test.each(Object.entries(READERS))('the time of %s grows with the length of the text and not faster', (_, read) => {
  for (const [name, part] of Object.entries(WORST)) {
    const text = (length: number) => `${part.repeat(Math.ceil(length / part.length)).slice(0, length)}.`;
    const [small, large] = [text(SMALL), text(8 * SMALL)];
    // Eight times the text: 8 where it is linear, 64 where it is quadratic. What takes no time has no ratio. A pause
    // of the process may spoil one try.
    const ratio = () => (time(() => read(large)) + 4) / (time(() => read(small)) + 4);
    expect(
      [ratio, ratio, ratio].some((attempt) => attempt() < 24),
      name,
    ).toBe(true);
  }
});
