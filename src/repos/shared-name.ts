/** The folder that all of these names begin with, without its slash; empty where there is none. */
export function sharedName([first = '', ...others]: string[]): string {
  for (let end = first.lastIndexOf('/'); end > 0; end = first.lastIndexOf('/', end - 1)) {
    const folder = first.slice(0, end + 1);
    if (others.every((name) => name.startsWith(folder))) return folder.slice(0, -1);
  }
  return '';
}
