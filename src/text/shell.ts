/** A word as a shell takes it: git allows more in a name, and a system in a path, than a shell leaves alone. */
export function shellWord(text: string): string {
  return /^[\w./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
