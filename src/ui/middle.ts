/** Of a longer text the last so many characters stay where there is less room: ends tell names apart. */
const END = { of: 24, stays: 10 };

/** A text in two: what is cut where there is less room, and its end, which is always there. */
export function middle(text: string): [start: string, end: string] {
  const characters = [...text];
  const at = characters.length > END.of ? characters.length - END.stays : characters.length;
  return [characters.slice(0, at).join(''), characters.slice(at).join('')];
}
