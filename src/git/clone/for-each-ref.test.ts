import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitText } from '../process/run';
import { remoteBranches } from './for-each-ref';

const gitDir = mkdtempSync(join(tmpdir(), 'spicerack-refs-'));
beforeAll(async () => {
  await gitText(['init', '--bare', gitDir]);
});
afterAll(() => rmSync(gitDir, { recursive: true, force: true }));

test.each([
  ['ada <ada@x> 1700000000 +0000', '2023-11-14T22:13:20.000Z'],
  ['ada <ada@x> 99999999999999 +9999', '9999-12-31T23:59:59.000Z'],
  ['ada <ada@x> 8640000000001 +0000', '9999-12-31T23:59:59.000Z'],
  ['ada <ada@x> 999999999999999999999999 +0000', expect.stringMatching(/^(1970|9999)-/)],
  ['ada <ada@x> -5 +0000', expect.stringMatching(/^(1970|9999)-/)],
  ['ada <ada@x> soon', '1970-01-01T00:00:00.000Z'],
  ['', '1970-01-01T00:00:00.000Z'],
])('a branch is told whatever time its commit names: %j', async (who, time) => {
  const tree = await gitText(['hash-object', '-w', '-t', 'tree', '--stdin'], { gitDir, input: '' });
  const people = who && `author ${who}\ncommitter ${who}\n`;
  const input = `tree ${tree}\n${people}\nsubject\n`;
  const tip = await gitText(['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], { gitDir, input });
  await gitText(['update-ref', 'refs/remotes/origin/x', tip], { gitDir });
  expect((await remoteBranches(gitDir)).get('x')).toMatchObject({ tip, tree, subject: 'subject', committedAt: time });
});

test('a branch whose name is no UTF-8 is left out, for git could not be told of it again', async () => {
  const tree = await gitText(['hash-object', '-w', '-t', 'tree', '--stdin'], { gitDir, input: '' });
  const tip = await gitText(['-c', 'user.name=a', '-c', 'user.email=a@x', 'commit-tree', '-m', 'subject', tree], {
    gitDir,
  });
  const create = (name: string) => Buffer.from(`create refs/remotes/origin/${name} ${tip}\n`, 'latin1');
  const input = Buffer.concat([create('caf\xe9'), create('caf\xc3\xa9')]);
  await gitText(['update-ref', '--stdin'], { gitDir, input });
  const names = [...(await remoteBranches(gitDir)).keys()];
  expect(names).toContain('café');
  expect(names.filter((name) => name.startsWith('caf'))).toHaveLength(1);
});
