/**
 * Whether a line of a text holds one of the phrases, in capitals or not; `*` in a phrase stands for anything on the
 * same line. Not a regular expression, because texts from outside would choose its time: this takes one pass a
 * phrase.
 */
export function says(text: string, phrases: readonly string[]): boolean {
  const lines = text.toLowerCase().split('\n');
  return phrases.some((phrase) => {
    const parts = phrase.toLowerCase().split('*');
    return lines.some((line) => holdsInOrder(line, parts));
  });
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
