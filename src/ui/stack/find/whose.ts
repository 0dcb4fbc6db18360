/** Whose branches are shown. */
export const WHOSE = ['all', 'mine', 'agents'] as const;
export type Whose = (typeof WHOSE)[number];

export const whoseWord: Record<Whose, string> = { all: 'Everybody’s', mine: 'Mine', agents: 'Agents’' };

const WORDS: Record<Exclude<Whose, 'all'>, string> = { mine: 'author:me', agents: 'author:agents' };

/** Whose branches a search asks for: it is a word of it. */
export function whoseOf(search: string): Whose {
  const words = search.toLowerCase().split(/\s+/);
  return words.includes(WORDS.mine) ? 'mine' : words.includes(WORDS.agents) ? 'agents' : 'all';
}

/** The search with that word, and without another one of its kind. */
export function searchedWith(search: string, whose: Whose): string {
  const others = search.split(/\s+/).filter((word) => word && !Object.values(WORDS).includes(word.toLowerCase()));
  return [...(whose === 'all' ? [] : [WORDS[whose]]), ...others].join(' ');
}
