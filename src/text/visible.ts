/**
 * Characters that act on what shows them instead of being shown: C0 and C1 controls (a terminal obeys them), the
 * controls of writing direction (a name reads differently from what it is), and Unicode's own line breaks.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ACTING = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const ALL_ACTING = new RegExp(ACTING, 'g');

/** Whether a text has characters that act instead of being shown; a line break and a tab are among them. */
export function hasControls(text: string): boolean {
  return ACTING.test(text);
}

/** `visible`, with line breaks and tabs shown too: for what stands in a line with others, such as a name. Pure, linear. */
export function visibleInLine(text: string): string {
  return visible(text).replaceAll('\n', '␊').replaceAll('\t', '␉');
}

/**
 * Shows such characters as what they are: `␛[31m`, `<U+202E>`. Line breaks and tabs stay. For every text from
 * outside that people see; what is sent back to git keeps its own form. Pure, linear.
 */
export function visible(text: string): string {
  if (!ACTING.test(text)) return text;
  return text.replace(ALL_ACTING, (character) => {
    const code = character.charCodeAt(0);
    if (character === '\n' || character === '\t') return character;
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '\u2421';
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });
}

/** JSON on one line that a terminal may have, too: what acts there is escaped, and means the same. Pure. */
export function visibleJson(value: unknown): string {
  // JSON escapes the other controls by itself.
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
