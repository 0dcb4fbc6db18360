/**
 * Whether a line of a text holds one of the phrases, in capitals or not; `*` in a phrase stands for anything on the
 * same line. Not a regular expression, because texts from outside would choose its time: this takes one pass a
 * phrase.
 */
export function says(text: string, phrases: readonly string[]): boolean {
  return saying(text)(phrases);
}

/** The same for many questions about one text. */
export function saying(text: string): (phrases: readonly string[]) => boolean {
  const lower = text.toLowerCase();
  return (phrases) => phrases.some((phrase) => isSaid(lower, phrase.toLowerCase()));
}

function isSaid(lower: string, phrase: string): boolean {
  const [first = '', ...rest] = phrase.split('*');
  if (rest.length === 0) return lower.includes(first);
  for (let at = lower.indexOf(first); at >= 0; ) {
    const lineEnd = lower.indexOf('\n', at);
    const line = lower.slice(at + first.length, lineEnd < 0 ? undefined : lineEnd);
    // Its first place on a line leaves the most for the rest.
    if (holdsInOrder(line, rest)) return true;
    at = lineEnd < 0 ? -1 : lower.indexOf(first, lineEnd + 1);
  }
  return false;
}

function holdsInOrder(line: string, parts: string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = line.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}
