import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modesProblem } from './modes';

let dir: string;
beforeAll(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'spicerack-modes-')), "it's data");
  await mkdir(dir, { mode: 0o700 });
  await writeFile(join(dir, 'spicerack.db'), '', { mode: 0o600 });
});
afterAll(() => rm(join(dir, '..'), { recursive: true }));

it('a data directory that is the user’s alone is no problem, nor is one that is yet to be made', async () => {
  expect(await modesProblem(dir)).toBeNull();
  expect(await modesProblem(join(dir, 'none'))).toBeNull();
});

it('modes that let others in are told of with the command that mends them', async () => {
  for (const [path, mode] of [
    ['.', 0o755],
    ['spicerack.db', 0o640],
    ['spicerack.db', 0o602],
  ] as const) {
    const narrow = path === '.' ? 0o700 : 0o600;
    await chmod(join(dir, path), mode);
    const problem = await modesProblem(dir);
    expect(problem?.what).toContain(join(dir, path));
    const command = problem?.hint.match(/chmod .*/)?.[0] ?? '';
    execFileSync('sh', ['-c', command]);
    expect(await modesProblem(dir)).toBeNull();
    await chmod(join(dir, path), narrow);
  }
});
