import { stateWords } from '@/repos/state-words';
import { visible } from '@/text/visible';
import { counted } from '@/text/words';
import type { Entry } from '../entries';
import type { States } from '../filter';
import type { PendingMoves } from '../move/pending';
import { NO_STATE } from '../state';

/** What a row is called where it is only heard. */
export function rowLabel(
  { name, branch, head }: Pick<Entry, 'name' | 'branch' | 'head'>,
  states: States,
  moves: PendingMoves,
): string {
  if (head) return `${visible(head.title)}, ${counted(head.count, 'branch', 'branches')}`;
  if (!branch) return `${visible(name)}, trunk`;
  const onto = moves.get(name);
  if (onto !== undefined) return `${visible(name)}, waits to move onto ${visible(onto)}`;
  const { word, detail } = stateWords(branch, states.get(name) ?? NO_STATE);
  return [visible(name), word, detail].filter(Boolean).join(', ');
}
