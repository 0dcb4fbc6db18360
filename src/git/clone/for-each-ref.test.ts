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
