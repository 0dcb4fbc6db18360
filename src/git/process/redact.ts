/** Hides the user information of every URL in a text: `https://me:secret@host/x` becomes `https://***@host/x`. */
export function redact(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1***@');
}
