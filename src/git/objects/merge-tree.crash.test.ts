import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeRemote, type Remote } from '@/demo/remote';

/**
 * git 2.39's merge-tree ends by an assertion on rare input. Such input is hard to come by, so here it is a git that
 * does so, without a word on its output, whenever it is asked to merge `theirs` of one pair.
 */
let dir: string;
let remote: Remote;
let tips: Record<string, string>;
const { SPICERACK_GIT } = process.env;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spicerack-crash-'));
  const program = join(dir, 'git');
  await writeFile(program, FAKE.replaceAll('DIR', dir));
  await chmod(program, 0o755);
  process.env.SPICERACK_GIT = program;
  remote = await makeRemote(join(dir, 'repo.git'));
  await remote.from('main').commit('Start', { f: '1\n' }).write();
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await remote
      .from('main')
      .branch(name)
      .commit(name, { [name]: '1\n' })
      .write();
  await remote.from('main').commit('Trunk', { t: '1\n' }).write();
  tips = await remote.tips();
  await writeFile(join(dir, 'deadly'), tips.c ?? '');
});
afterAll(async () => {
  if (SPICERACK_GIT === undefined) delete process.env.SPICERACK_GIT;
  else process.env.SPICERACK_GIT = SPICERACK_GIT;
  await rm(dir, { recursive: true, force: true });
});

const FAKE = `#!/bin/sh
case " $* " in
  *" merge-tree "*" --stdin "*)
    while read -r ours theirs; do
      if [ "$theirs" = "$(cat DIR/deadly)" ]; then
        echo "git: merge-ort.c:1: process_renames: Assertion \\\`side' failed." >&2
        kill -ABRT $$
      fi
      printf '%s %s\\n' "$ours" "$theirs" | git "$@"
    done ;;
  *" merge-tree "*)
    case "$*" in *"$(cat DIR/deadly)"*)
      echo "git: merge-ort.c:1: process_renames: Assertion \\\`side' failed." >&2
      kill -ABRT $$ ;;
    esac
    exec git "$@" ;;
  *) exec git "$@" ;;
esac
`;

const tip = (branch: string) => tips[branch] ?? '';

test('mergeByGit answers every other pair when git dies of one, and calls that one a conflict', async () => {
  const { mergeByGit } = await import('./merge-tree');
  const pairs = ['a', 'b', 'c', 'd', 'e'].map((branch) => ({ ours: tip('main'), theirs: tip(branch) }));
  const outcomes = await mergeByGit(remote.dir, pairs);
  expect(outcomes.map(({ clean }) => clean)).toEqual([true, true, false, true, true]);
  expect(outcomes[2]).toEqual({ clean: false, files: [] });
});

test('a living merge goes on with the next pair after git died of one', async () => {
  const { Merger } = await import('./merge-tree');
  const { openQuarantine } = await import('./objects');
  const quarantine = await openQuarantine(remote.dir);
  const merger = new Merger(quarantine);
  const attributes = join(dir, 'attributes');
  await mkdir(attributes);
  try {
    const merge = (branch: string) => merger.merge({ ours: tip('main'), theirs: tip(branch) }, attributes);
    const outcomes = await Promise.all(['a', 'c', 'b'].map(merge));
    expect(outcomes.map(({ clean }) => clean)).toEqual([true, false, true]);
    expect(await merge('d')).toMatchObject({ clean: true });
    expect(await merger.explain({ ours: tip('main'), theirs: tip('c') }, attributes)).toBeNull();
  } finally {
    await merger.close();
    await quarantine.discard();
  }
});
