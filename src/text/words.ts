/** `3 branches`, `1 branch`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `a`, `a, b, c`, `a, b and 3 more`. */
export function named(names: string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}

/** The words with a full stop at their end. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** `a.ts`, `a.ts and b.ts`, `a.ts and 3 more`. */
export function listed(names: string[]): string {
  const [first = '', second] = names;
  if (names.length > 2) return `${first} and ${names.length - 1} more`;
  return second ? `${first} and ${second}` : first;
}
