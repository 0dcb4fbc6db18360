import { Bot } from 'lucide-react';
import { visible } from '@/text/visible';
import { isBot } from '../../author/bot';

/** Who has made a branch's newest commit, by initials; a mark where that is a program. */
export function Author({ name }: { name: string }) {
  if (!name) return null;
  return (
    <span data-tip={visible(name)} className="flex items-center">
      {isBot(name) ? <Bot size={14} aria-hidden /> : <span aria-hidden>{initials(name)}</span>}
      <span className="sr-only">{visible(name)}</span>
    </span>
  );
}

/** `ML` of `Mara Lind`, `AD` of `ada`. */
export function initials(name: string): string {
  const words = visible(name).trim().split(/\s+/);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letters = last ? [[...first][0], [...last][0]] : [...first].slice(0, 2);
  return letters.join('').toUpperCase();
}
