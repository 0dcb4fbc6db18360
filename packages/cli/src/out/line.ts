import { styleText } from 'node:util';
import { visible, visibleInLine } from '@/text/visible';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'magenta' | 'cyan';

/** A part of a line in a colour. */
export interface Painted {
  style: Style;
  text: string;
}

/** A line of a file, whose tabs are its own. */
export interface Code {
  style: Style | null;
  code: string;
}

/** A line for people. Its texts may come from repositories: they are made visible where it is written, not before. */
export type Line = string | ReadonlyArray<string | Painted | Code>;

export function paint(style: Style, text: string): Painted {
  return { style, text };
}

/** The line as a terminal may have it: nothing in it acts but the colours that we give it. Pure. */
export function rendered(line: Line, colours: boolean): string {
  const parts = typeof line === 'string' ? [line] : line;
  return parts
    .map((part) => {
      if (typeof part === 'string') return visibleInLine(part);
      const text = 'code' in part ? visible(part.code) : visibleInLine(part.text);
      return colours && part.style ? styleText(part.style, text, { validateStream: false }) : text;
    })
    .join('');
}

/** How wide a line is, in characters. */
export function width(line: Line): number {
  return [...rendered(line, false)].length;
}

/** Rows with their columns below each other; the last one is as wide as it is. Pure. */
export function table(rows: ReadonlyArray<readonly Line[]>): Line[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, width(cell));
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => width(cell) > 0);
    return row
      .slice(0, last + 1)
      .flatMap((cell, i) => [
        ...(typeof cell === 'string' ? [cell] : cell),
        i === last ? '' : ' '.repeat((widths[i] ?? 0) - width(cell) + 2),
      ]);
  });
}
