import { config } from '@/config';
import { gitVersion } from '@/git/process/version';
import { inngestFound } from '@/server/inngest-found';
import { findGitSpice } from '@/stack/engines/git-spice/find';
import { version } from '../../package.json';

/** A program that this server is, runs, or could run. */
export interface ProgramStatus {
  name: 'Spicerack' | 'Node' | 'git' | 'git-spice' | 'Inngest';
  /** Null where it is not there, not asked for, or not ours to ask. */
  version: string | null;
  /** Where it is, or why it is not. */
  why: string;
  /** What is wrong or missing and how to mend it; null where nothing is. `command` is for the shell of the server. */
  mend: { needed: boolean; words: string; command: string | null } | null;
}

/** Every program with its version, asked once. */
export async function programStatus(): Promise<ProgramStatus[]> {
  return [
    { name: 'Spicerack', version, why: 'This server.', mend: null },
    { name: 'Node', version: process.versions.node, why: process.execPath, mend: null },
    await gitStatus(),
    await gitSpiceStatus(),
    inngestStatus(),
  ];
}

async function gitStatus(): Promise<ProgramStatus> {
  const { version: found, problem } = await gitVersion();
  return {
    name: 'git',
    version: found,
    why: problem ?? (config().gitProgram === 'git' ? 'On PATH.' : config().gitProgram),
    mend: problem
      ? {
          needed: true,
          words: 'Without git no job can run. Install it, or name another one by SPICERACK_GIT, and start again.',
          command: 'apt-get install git',
        }
      : null,
  };
}

async function gitSpiceStatus(): Promise<ProgramStatus> {
  const found = await findGitSpice();
  if ('program' in found) return { name: 'git-spice', version: found.version, why: found.program, mend: null };
  return {
    name: 'git-spice',
    version: null,
    why: found.missing,
    mend: {
      needed: config().engine === 'git-spice',
      words:
        'The git engine does its work. To use git-spice, install 0.29 or later so that it is on PATH, or name it by SPICERACK_GIT_SPICE.',
      command: 'brew install git-spice',
    },
  };
}

function inngestStatus(): ProgramStatus {
  const { executor, inngest } = config();
  const found = inngestFound();
  if (found && 'program' in found)
    return { name: 'Inngest', version: found.version, why: `${found.program} (${found.how})`, mend: null };
  if (found && executor !== 'inline')
    return {
      name: 'Inngest',
      version: null,
      why: 'Its program was not found.',
      mend: {
        needed: false,
        words:
          'Jobs run inside the Spicerack process, just as durably. To run them on Inngest, get its program and start again.',
        command: 'npm run setup',
      },
    };
  const why =
    executor === 'inline'
      ? 'Not used: SPICERACK_EXECUTOR=inline.'
      : `A server of its own${inngest?.baseUrl ? ` at ${inngest.baseUrl}` : ''}; its version is not known here.`;
  return { name: 'Inngest', version: null, why, mend: null };
}
