import type { ObjectReader } from '@/git/objects/cat-file';
import { parseTree, TREE } from '@/git/objects/commit';
import type { ConflictDetail } from '@/git/objects/merge-tree';
import type { ConflictFile } from '@/model/plan';

/** Bytes of one file's text, and of all texts of a conflict, that a plan carries. */
const MAX_FILE = 128 * 1024;
const MAX_TOTAL = 1024 * 1024;

/** What stands after the markers instead of merge-tree's bare ids. */
export interface Labels {
  ours: { id: string; label: string };
  theirs: { id: string; label: string };
}

/** The files of a conflict with their texts, read from the conflicted tree. */
export async function readConflict(
  detail: ConflictDetail,
  labels: Labels,
  reader: ObjectReader,
): Promise<ConflictFile[]> {
  let left = MAX_TOTAL;
  const files: ConflictFile[] = [];
  for (const { path, kinds, inTree } of detail.files) {
    let content: Buffer | null = null;
    for (const name of inTree) content ??= await readText(detail.tree, name, reader, Math.min(left, MAX_FILE));
    left -= content?.length ?? 0;
    const text = content && relabel(content.toString('utf8'), labels);
    files.push({ path: Buffer.from(path, 'latin1').toString('utf8'), kinds, text });
  }
  return files;
}

/** The content of a text file, or null where it is none, is not there, or is longer than `max` bytes. */
async function readText(tree: string, path: string, reader: ObjectReader, max: number): Promise<Buffer | null> {
  let entry = { mode: TREE, id: tree };
  for (const part of path.split('/')) {
    if (entry.mode !== TREE) return null;
    const { content } = await reader.read(entry.id);
    const found = parseTree(content, tree.length).find(({ name }) => name === part);
    if (!found) return null;
    entry = found;
  }
  if (!entry.mode.startsWith('100') || (await reader.size(entry.id)) > max) return null;
  const { content } = await reader.read(entry.id);
  // git's own test for binary content.
  return content.subarray(0, 8000).includes(0) ? null : content;
}

function relabel(text: string, { ours, theirs }: Labels): string {
  return text.replaceAll(`< ${ours.id}`, `< ${ours.label}`).replaceAll(`> ${theirs.id}`, `> ${theirs.label}`);
}
