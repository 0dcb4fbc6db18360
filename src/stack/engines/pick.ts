import type { EngineName } from '@/model/plan';
import type { Engine } from './engine';
import { gitEngine } from './git';
import { gitSpiceEngine } from './git-spice';
import { findGitSpice } from './git-spice/find';

/** What a repo's row, and the setting SPICERACK_ENGINE, may ask for. */
export type EngineChoice = 'auto' | EngineName;

/** The engine for a job, or the error that the job ends with. */
export type PickedEngine = { engine: Engine } | { error: { code: 'ENGINE_MISSING'; message: string; hint: string } };

/**
 * Chooses the engine: what the repo asks for, else what the server's setting asks for; where both leave it open,
 * git-spice where its program is found, else `git`, which is always there.
 */
export async function pickEngine(repo: EngineChoice, setting: EngineChoice): Promise<PickedEngine> {
  const choice = repo === 'auto' ? setting : repo;
  if (choice === 'git') return { engine: gitEngine };
  const found = await findGitSpice();
  if ('program' in found) return { engine: gitSpiceEngine };
  if (choice === 'auto') return { engine: gitEngine };
  const where = repo === 'auto' ? 'SPICERACK_ENGINE=git' : 'the engine "git" in the repo\'s settings';
  return {
    error: {
      code: 'ENGINE_MISSING',
      message: `The git-spice engine is asked for, but ${found.missing}`,
      hint: `Install git-spice 0.29 or later, name its program in SPICERACK_GIT_SPICE, or choose ${where}.`,
    },
  };
}
