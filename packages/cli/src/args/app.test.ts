import { run } from '@stricli/core';
import { beforeAll, expect, test, vi } from 'vitest';
import type { app as App, helpFor as HelpFor } from './app';

/** What the parser says without running anything. */

let app: typeof App;
let helpFor: typeof HelpFor;
beforeAll(async () => {
  // The build puts it in.
  vi.stubGlobal('SPICERACK_VERSION', '1.2.3');
  ({ app, helpFor } = await import('./app'));
});

async function said(...inputs: string[]): Promise<{ out: string; err: string }> {
  const told = { out: '', err: '' };
  const into = (name: keyof typeof told) => ({
    write(words: string) {
      told[name] += words;
    },
  });
  await run(app, inputs, {
    process: { stdout: into('out'), stderr: into('err') },
    cwd: '.',
    runs: async () => {
      throw new Error('Nothing is run here.');
    },
  });
  return told;
}

test.each([
  [['restak'], 'There is no command restak: did you mean restack?'],
  [['deploy'], 'There is no command deploy.'],
  [['restack', '--al'], 'There is no flag --al here: did you mean --all?'],
  [['restack', '-x'], 'There is no flag -x here.'],
  [['restack', 'a..b'], 'branch: "a..b" cannot be a branch: it holds ".." or "@{".'],
  [['show', ''], 'branch: A branch needs a name.'],
  [['show', 'a', 'b'], 'b is too much: it takes 1 argument.'],
  [['repos', 'a'], 'a is too much: it takes no argument.'],
  [['reparent', 'a'], 'It needs a <parent>.'],
  [['settings', '--name'], '--name needs a value.'],
  [['jobs', '--limit', '101'], 'limit: "101" is no whole number from 1 to 100.'],
  [['token', 'create', 'ci', '--days', '0'], 'days: "0" is no whole number from 1 to 3650.'],
  [['audit', '--before', '0'], 'before: "0" is no whole number of at least 1.'],
  [['keep', '4', 'zz', 'new'], 'commit: it is no id of a commit: 7 to 64 of the digits 0-9 and a-f.'],
])('%j is told as what it is', async (inputs, words) => {
  expect(await said(...inputs)).toEqual({ out: '', err: `${words}\n` });
});

test('a wrong command line leads to the help of the command that was meant', () => {
  expect(helpFor(['nope'])).toBe('spicerack --help lists the commands.');
  expect(helpFor(['jobs', '--limit', 'x'])).toBe('spicerack jobs --help shows what it takes.');
  expect(helpFor(['token', 'create'])).toBe('spicerack token create --help shows what it takes.');
  expect(helpFor(['long-lived', '--of'])).toBe('spicerack long-lived --help shows what it takes.');
});

test('the help lists each command once, with what it does', async () => {
  const { out } = await said('--help');
  expect(out).toMatch(/^USAGE\n {2}spicerack <command> …\n {2}spicerack <command> --help\n\nGit repositories/);
  expect(out).toMatch(/^ {2}restack +Put branches and all above them onto their parents$/m);
  expect(out.match(/restack/g)).toHaveLength(1);
});

test.each([['sync'], ['undo'], ['retry'], ['reparent'], ['cancel']])(
  '%s takes no branch beside what it acts on',
  async (name) => {
    expect((await said(name, '--branch', 'a')).err).toContain('There is no flag --branch here');
    expect((await said(name, '--help')).out).not.toContain('--branch');
  },
);

test.each([['restack'], ['rebase'], ['register']])(
  '%s takes a branch by a flag too, and its forecast as well',
  async (name) => {
    for (const words of [[name], ['forecast', name]])
      expect((await said(...words, '--help')).out).toMatch(/-b \[--branch\]/);
  },
);
