import { expect, it } from 'vitest';
import { chosenTheme } from '../themes';
import { followsG, pageAfterG } from './key-targets';

it('g and a letter lead to a page of the repo that one is at', () => {
  const at = '/repos/r1/branches/feat/auth';
  expect(['n', 's', 'a'].map((key) => pageAfterG(key, at))).toEqual([
    '/repos/r1/needs',
    '/repos/r1',
    '/repos/r1/activity',
  ]);
});

it('only after g: a letter that is the first key of a page is its own', () => {
  expect(followsG(null, 300)).toBe(false);
  expect(followsG(300, 900)).toBe(true);
  expect(followsG(300, 1600)).toBe(false);
});

it('elsewhere they lead to what needs one, and to nothing that is of a repo', () => {
  expect(pageAfterG('n', '/status')).toBe('/');
  expect(pageAfterG('s', '/status')).toBeNull();
  expect(pageAfterG('q', '/repos/r1')).toBeNull();
});

it('a theme is light or dark, whatever the cookie says', () => {
  expect(['light', 'dark', 'system', '"><script>', undefined].map(chosenTheme)).toEqual([
    'light',
    'dark',
    undefined,
    undefined,
    undefined,
  ]);
});
