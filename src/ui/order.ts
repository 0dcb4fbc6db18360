/** The database's own order of text, for sorting: by code units, for no locale. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
