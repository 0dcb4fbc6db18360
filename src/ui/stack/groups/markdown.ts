import type { BranchRow } from '@/db/schema';
import { visibleInLine } from '@/text/visible';
import type { Head } from '../entries';

/** The branches of a group as a Markdown list, in the order of the picture, each with its pull request and subject. */
export function markdownOf({ branches }: Pick<Head, 'branches'>, rows: BranchRow[]): string {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return branches
    .flatMap((name) => byName.get(name) ?? [])
    .map(({ name, subject, prNumber, prUrl }) => {
      const pull = prNumber === null ? '' : prUrl ? ` [#${prNumber}](${prUrl})` : ` #${prNumber}`;
      return `- \`${visibleInLine(name)}\`${pull}${subject && `: ${escaped(subject)}`}\n`;
    })
    .join('');
}

/** What stands in a text is no markup. */
function escaped(text: string): string {
  return visibleInLine(text).replace(/[\\`*_[\]<>]/g, '\\$&');
}
