/** The text that a part of an address stands for; what is no encoding, such as a lone "%", stands for itself. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (_malformed) {
    return text;
  }
}
