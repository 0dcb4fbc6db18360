import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gitText } from '../process/run';
import { remoteBranches } from './for-each-ref';

let gitDir: string;
beforeAll(async () => {
  gitDir = await mkdtemp(join(tmpdir(), 'spicerack-refs-'));
  await gitText(['init', '--bare', '--quiet', gitDir]);
});
afterAll(() => rm(gitDir, { recursive: true, force: true }));

/** A branch of the remote whose tip is a commit with these bytes. */
async function tip(branch: string, encoding: string | null, author: Buffer, message: Buffer): Promise<void> {
  const tree = await gitText(['hash-object', '-t', 'tree', '-w', '--stdin'], { gitDir, input: '' });
  const input = Buffer.concat([
    Buffer.from(`tree ${tree}\nauthor `),
    author,
    Buffer.from(` <a@example.com> 1767225600 +0000\ncommitter C <c@example.com> 1767225600 +0000\n`),
    Buffer.from(encoding === null ? '\n' : `encoding ${encoding}\n\n`),
    message,
  ]);
  const id = await gitText(['hash-object', '-t', 'commit', '-w', '--stdin'], { gitDir, input });
  await gitText(['update-ref', `refs/remotes/origin/${branch}`, id], { gitDir });
}

test('subject and author are read as their commit’s encoding says, and as UTF-8 where it says nothing', async () => {
  await tip(
    'latin1',
    'iso-8859-1',
    Buffer.from('J\xf6rg', 'latin1'),
    Buffer.from('Gr\xf6\xdfe der K\xfcche\n\nx\n', 'latin1'),
  );
  await tip(
    'cyrillic',
    'koi8-r',
    Buffer.from([0xe9, 0xd7, 0xc1, 0xce]),
    Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]),
  );
  await tip('japanese', 'iso-2022-jp', Buffer.from('Ken'), Buffer.from('\x1b$B$3$s\x1b(B\n', 'latin1'));
  await tip('utf8', null, Buffer.from('Jörg'), Buffer.from('Größe\n'));
  await tip('no-label', null, Buffer.from('J\xf6rg', 'latin1'), Buffer.from('Gr\xf6\xdfe\n', 'latin1'));
  await tip('unknown-label', 'klingon', Buffer.from('Jörg'), Buffer.from('Gr\xf6\xdfe\n', 'latin1'));
  await tip(
    'long',
    'iso-8859-1',
    Buffer.from('J\xf6rg', 'latin1'),
    Buffer.from(`${'\xf6'.repeat(2_000_000)}\n`, 'latin1'),
  );
  const words = [...(await remoteBranches(gitDir)).values()].map(({ name, subject, author }) => [
    name,
    subject,
    author,
  ]);
  const long = words.find(([name]) => name === 'long');
  expect(words.filter((row) => row !== long)).toEqual([
    ['cyrillic', 'Привет', 'Иван'],
    ['japanese', 'こん', 'Ken'],
    ['latin1', 'Größe der Küche', 'Jörg'],
    ['no-label', 'Gr\ufffd\ufffde', 'J\ufffdrg'],
    ['unknown-label', 'Gr\ufffd\ufffde', 'Jörg'],
    ['utf8', 'Größe', 'Jörg'],
  ]);
  expect(long?.[1]).toMatch(/^ö{500}… \(/);
  expect(long?.[2]).toBe('Jörg');
});

test.each([
  ['ada <ada@x> 1700000000 +0000', '2023-11-14T22:13:20.000Z'],
  ['ada <ada@x> 99999999999999 +9999', null],
  ['ada <ada@x> 8640000000001 +0000', null],
  ['ada <ada@x> 999999999999999999999999 +0000', null],
  ['ada <ada@x> -5 +0000', null],
  ['ada <ada@x> soon', '1970-01-01T00:00:00.000Z'],
  ['', null],
])('a branch is told whatever time its commit names: %j', async (who, time) => {
  const tree = await gitText(['hash-object', '-w', '-t', 'tree', '--stdin'], { gitDir, input: '' });
  const people = who && `author ${who}\ncommitter ${who}\n`;
  const input = `tree ${tree}\n${people}\nsubject\n`;
  const tip = await gitText(['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], { gitDir, input });
  await gitText(['update-ref', 'refs/remotes/origin/x', tip], { gitDir });
  expect((await remoteBranches(gitDir)).get('x')).toMatchObject({ tip, tree, subject: 'subject', committedAt: time });
});

test('a commit that was written anew by others is as old as its author’s work', async () => {
  const tree = await gitText(['hash-object', '-w', '-t', 'tree', '--stdin'], { gitDir, input: '' });
  const input = `tree ${tree}\nauthor ada <ada@x> 1700000000 +0000\ncommitter restack <r@x> 1750000000 +0000\n\nsubject\n`;
  const tip = await gitText(['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], { gitDir, input });
  await gitText(['update-ref', 'refs/remotes/origin/x', tip], { gitDir });
  expect((await remoteBranches(gitDir)).get('x')).toMatchObject({ committedAt: '2023-11-14T22:13:20.000Z' });
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
