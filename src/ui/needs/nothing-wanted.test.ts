import { expect, it } from 'vitest';
import { nothingWords } from './nothing-wanted';

const counts = { branches: 3, needRestack: 0, wouldConflict: 0, untracked: 0 };

it('says that all is in place only where that is known and nothing is held back', () => {
  const read = { name: 'shop', counts };
  expect(nothingWords([read])).toBe('All in place');
  expect(nothingWords([read, { name: 'new', counts: null }])).toBe('Not read yet: new');
  const unforeseen = { name: 'broken', counts: { ...counts, noForecast: 'Its clone cannot be read.' } };
  expect(nothingWords([read, unforeseen])).toBe('What a Restack would move is not known: broken');
  expect(nothingWords([read, { name: 'large', counts: { ...counts, heldBack: 1 } }])).toBe(
    'Nothing to press here, but 1 branch is held back',
  );
});
