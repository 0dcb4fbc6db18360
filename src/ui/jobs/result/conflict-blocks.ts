/** A part of a conflicted file: lines that both sides agree on, or the sides of one conflict. */
export type Block =
  | { kind: 'agreed'; line: number; lines: string[] }
  | { kind: 'conflict'; line: number; ours: string[]; base: string[] | null; theirs: string[] };

/** Takes a text with git's conflict markers apart; lines count from 1. What does not add up is left as it is. */
export function conflictBlocks(text: string): Block[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const blocks: Block[] = [];
  let agreed: string[] = [];
  let open: (Block & { kind: 'conflict' }) | null = null;
  let side: string[] = agreed;
  const settle = (line: number) => {
    if (agreed.length > 0) blocks.push({ kind: 'agreed', line: line - agreed.length, lines: agreed });
    agreed = [];
  };
  for (const [index, line] of lines.entries()) {
    if (!open && line.startsWith('<<<<<<< ')) {
      settle(index + 1);
      open = { kind: 'conflict', line: index + 1, ours: [], base: null, theirs: [] };
      side = open.ours;
    } else if (open && side === open.ours && line.startsWith('||||||| ')) {
      side = open.base = [];
    } else if (open && side !== open.theirs && line === '=======') {
      side = open.theirs;
    } else if (open && side === open.theirs && line.startsWith('>>>>>>> ')) {
      blocks.push(open);
      open = null;
      side = agreed;
    } else {
      (open ? side : agreed).push(line);
    }
  }
  if (open) return [{ kind: 'agreed', line: 1, lines }];
  settle(lines.length + 1);
  return blocks;
}
