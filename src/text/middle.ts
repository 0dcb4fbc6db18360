/** A text of at most `most` characters: of a longer one the middle goes, for ends tell names apart. Pure. */
export function middle(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const end = Math.floor((most - 1) / 2);
  return `${characters.slice(0, most - 1 - end).join('')}…${characters.slice(characters.length - end).join('')}`;
}
