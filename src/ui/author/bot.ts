const BOT = /\[bot\]$|\bbot$/i;

/** Whether an author's name is that of a program. */
export function isBot(name: string): boolean {
  return BOT.test(name);
}
