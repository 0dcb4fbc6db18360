/** What the picture needs of a branch row. */
export interface PictureBranch {
  name: string;
  parent: string | null;
  suggestedParent: string | null;
  tracked: boolean;
  merged: boolean;
  gone: boolean;
  needsRestack: boolean;
  ahead: number;
  behind: number;
  tip: string;
  forecast: { outcome: string; files: string[] } | null;
}

/** Draws the branches as an indented stack on trunk, one line each; what stands on nothing known comes last. Pure. */
export function drawStack(trunk: string, trunkTip: string | null, branches: PictureBranch[]): string[] {
  const names = new Set(branches.map(({ name }) => name));
  const standsOn = (b: PictureBranch) => (b.tracked && b.parent && names.has(b.parent) ? b.parent : trunk);
  const lines: Array<{ tree: string; branch: PictureBranch }> = [];
  const drawn = new Set<string>();
  const walk = (parent: string, indent: string) => {
    const above = branches.filter((b) => b.tracked && standsOn(b) === parent && !drawn.has(b.name));
    for (const [i, branch] of above.entries()) {
      drawn.add(branch.name);
      const last = i === above.length - 1;
      lines.push({ tree: `${indent}${last ? '└─ ' : '├─ '}${branch.name}`, branch });
      walk(branch.name, `${indent}${last ? '   ' : '│  '}`);
    }
  };
  walk(trunk, '');
  for (const branch of branches.filter((b) => !drawn.has(b.name))) lines.push({ tree: `·  ${branch.name}`, branch });
  const width = Math.max(0, ...lines.map(({ tree }) => tree.length));
  return [
    `${trunk} ${short(trunkTip)}`,
    ...lines.map(({ tree, branch }) => `${tree.padEnd(width)}  ${short(branch.tip)}  ${stateOf(branch)}`.trimEnd()),
  ];
}

function stateOf(b: PictureBranch): string {
  if (b.merged) return 'merged';
  if (b.gone) return 'gone';
  const commits = `+${b.ahead}`;
  if (!b.tracked)
    return `${commits}  not tracked${b.suggestedParent ? `; suggested parent: ${b.suggestedParent}` : ''}`;
  if (!b.needsRestack) return commits;
  const conflict = b.forecast?.outcome === 'conflict' ? `, conflicts in ${b.forecast.files.join(', ')}` : '';
  return `${commits} −${b.behind}  needs restack${conflict}`;
}

const short = (commit: string | null) => (commit ?? '').slice(0, 7);
