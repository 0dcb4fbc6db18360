import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git } from '@/git/process/run';

/**
 * Adds branches that no command of git would make to a bare repository: their names are bytes, one character a byte,
 * and their ids may be those of any object.
 */
export async function addOddRefs(dir: string, refs: ReadonlyArray<readonly [name: string, id: string]>): Promise<void> {
  await git(['pack-refs', '--all'], { gitDir: dir });
  await rewrite(dir, (lines) => [...lines, ...refs.map(([name, id]) => `${id} refs/heads/${name}`)]);
}

/** Removes such branches again. */
export function removeOddRefs(dir: string, names: readonly string[]): Promise<void> {
  return rewrite(dir, (lines) => lines.filter((line) => !names.some((name) => line.endsWith(` refs/heads/${name}`))));
}

/** The lines of `packed-refs` below its head: in the order of their names, or git overlooks some. */
async function rewrite(dir: string, change: (lines: string[]) => string[]): Promise<void> {
  const path = join(dir, 'packed-refs');
  const [head = '', ...lines] = (await readFile(path, 'latin1')).trimEnd().split('\n');
  const name = (line: string) => line.slice(line.indexOf(' ') + 1);
  const sorted = change(lines).sort((a, b) => (name(a) < name(b) ? -1 : 1));
  await writeFile(path, `${[head, ...sorted].join('\n')}\n`, 'latin1');
}
