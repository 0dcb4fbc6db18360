import type { Remote } from '@/demo/remote';

/** Writes the stack that tests begin with: main with one file, a ← b ← c on it, and `fix` beside them; one commit each. */
export async function writeStack(remote: Remote): Promise<void> {
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\ntwo\nthree\n' }).write();
  await remote
    .from('main')
    .branch('a')
    .commit('A', { 'a.txt': 'a\n' })
    .branch('b')
    .commit('B', { 'b.txt': 'b\n' })
    .branch('c')
    .commit('C', { 'c.txt': 'c\n' })
    .write();
  await remote.from('main').branch('fix').commit('Fix two', { 'app.txt': 'one\nTWO\nthree\n' }).write();
}

/** Writes the least that can be restacked: main with one file, and `a` on it with one commit. */
export async function writeBranch(remote: Remote): Promise<void> {
  await remote.from('main').branch('main').commit('Start', { 'app.txt': 'one\n' }).write();
  await remote.from('main').branch('a').commit('A', { 'a.txt': 'a\n' }).write();
}

/** Writes main with one file, and a ← b on it with one commit each. */
export async function writePair(remote: Remote): Promise<void> {
  await writeBranch(remote);
  await remote.from('a').branch('b').commit('B', { 'b.txt': 'b\n' }).write();
}
