/**
 * What each of some stacks is called, by its branches, the bottom one first: the folder that all of their names begin
 * with; its bottom branch where there is none, where it is the only one, or where another stack would be called the same.
 */
export function stackNames(stacks: readonly (readonly string[])[]): string[] {
  const folders = stacks.map((names) => (names.length > 1 ? sharedFolder(names) : ''));
  const count = new Map<string, number>();
  for (const folder of folders) count.set(folder, (count.get(folder) ?? 0) + 1);
  return folders.map((folder, at) => (folder === '' || count.get(folder) !== 1 ? (stacks[at]?.[0] ?? '') : folder));
}

/** The folder that all of these names begin with, without its slash; empty where there is none. */
function sharedFolder([first = '', ...others]: readonly string[]): string {
  for (let end = first.lastIndexOf('/'); end > 0; end = first.lastIndexOf('/', end - 1)) {
    const folder = first.slice(0, end + 1);
    if (others.every((name) => name.startsWith(folder))) return folder.slice(0, -1);
  }
  return '';
}
