import { describe, expect, test } from 'vitest';
import { git } from '@/git/process/run';
import { branchNameProblem } from './branch-name';

const PIECES = [
  'a',
  'é',
  '.',
  '..',
  '/',
  '@',
  '@{',
  '-',
  '.lock',
  ' ',
  '~',
  '^',
  ':',
  '?',
  '*',
  '[',
  '\\',
  '{',
  '}',
  '\t',
];
const NAMES = [
  ...[
    'feat/login',
    'HEAD',
    'head',
    'a/HEAD',
    '-',
    '--',
    'a.lock/b',
    'a.locked',
    '日本語',
    'a\u007f',
    '@a',
    'a@',
    'x/@',
  ],
  // Each piece alone, at the start, in the middle, at the end, and after another piece.
  ...PIECES.flatMap((p) => [p, `${p}x`, `x${p}y`, `x${p}`, `x/${p}`, `${p}/x`]),
  ...PIECES.flatMap((p) => ['.', '/', '@', '-'].map((q) => `x${q}${p}z`)),
];

describe('branchNameProblem', () => {
  test('agrees with git on every kind of name', async () => {
    const names = [...new Set(NAMES)].filter((name) => name !== '@'); // git takes it as a branch, but reads it as HEAD
    const wrong: string[] = [];
    for (let i = 0; i < names.length; i += 20) {
      const answers = names.slice(i, i + 20).map(async (name) => {
        const { code } = await git(['check-ref-format', '--branch', name], { okCodes: [0, 128] });
        if ((code === 0) !== (branchNameProblem(name) === null)) wrong.push(name);
      });
      await Promise.all(answers);
    }
    expect(wrong).toEqual([]);
  });

  test('says what is wrong', () => {
    expect(branchNameProblem('a b')).toMatch(/a space/);
    expect(branchNameProblem('-f')).toMatch(/starts with "-"/);
    expect(branchNameProblem('')).not.toBeNull();
    expect(branchNameProblem('@')).not.toBeNull();
  });

  test('minds the length of each part in bytes, and of no more than a part', () => {
    expect(branchNameProblem('x'.repeat(251))).toMatch(/more than 250 bytes/);
    expect(branchNameProblem(`fix/${'é'.repeat(126)}`)).toMatch(/more than 250 bytes/);
    expect(branchNameProblem(`${'x'.repeat(250)}/${'é'.repeat(125)}`)).toBeNull();
  });
});
