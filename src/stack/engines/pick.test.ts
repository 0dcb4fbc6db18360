import { beforeEach, expect, test, vi } from 'vitest';
import { findGitSpice } from './git-spice/find';
import { type EngineChoice, pickEngine } from './pick';

vi.mock('./git-spice/find');
beforeEach(() => vi.mocked(findGitSpice).mockResolvedValue({ program: '/bin/git-spice', version: '0.31.2' }));

const missing = () => vi.mocked(findGitSpice).mockResolvedValue({ missing: 'git-spice is not on PATH.' });

const pick = async (repo: EngineChoice, setting: EngineChoice) => {
  const picked = await pickEngine(repo, setting);
  return 'engine' in picked ? picked.engine.name : picked.error;
};

test('auto prefers git-spice where its program is found', async () => {
  expect(await pick('auto', 'auto')).toBe('git-spice');
  missing();
  expect(await pick('auto', 'auto')).toBe('git');
});

test("the repo's choice comes before the server's", async () => {
  expect(await pick('git', 'git-spice')).toBe('git');
  expect(await pick('git-spice', 'git')).toBe('git-spice');
  expect(await pick('auto', 'git')).toBe('git');
});

test('asking for git-spice where there is none is an error that says what to do', async () => {
  missing();
  expect(await pick('auto', 'git-spice')).toMatchObject({
    code: 'ENGINE_MISSING',
    message: expect.stringContaining('not on PATH'),
    hint: expect.stringContaining('SPICERACK_ENGINE=git'),
  });
  expect(await pick('git-spice', 'auto')).toMatchObject({
    code: 'ENGINE_MISSING',
    hint: expect.stringContaining("repo's settings"),
  });
});
