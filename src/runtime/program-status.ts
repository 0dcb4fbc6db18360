import { type Config, config } from '@/config';
import { gitVersion } from '@/git/process/version';
import { inngestFound, openPortsWarning } from '@/server/inngest-found';
import { ownOrigin } from '@/server/origin';
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

const ON_INNGEST =
  'SPICERACK_EXECUTOR=inngest runs the jobs on an Inngest server that opens three ports on all addresses; INNGEST_BASE_URL names one of your own.';

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
    why: problem?.what ?? (config().gitProgram === 'git' ? 'On PATH.' : config().gitProgram),
    mend: problem
      ? {
          needed: true,
          words: `Without git no job can run. ${problem.remedy}`,
          command: problem.isWanting ? 'apt-get install git' : null,
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
  if (found) {
    const why = `${found.program} (${found.how}). ${openPortsWarning(found.openPorts)}`;
    return { name: 'Inngest', version: found.version, why, mend: null };
  }
  return { name: 'Inngest', version: null, why: whyNotOurs(executor, inngest), mend: null };
}

function whyNotOurs(executor: Config['executor'], inngest: Config['inngest']): string {
  if (executor === 'inline') return 'Not used: SPICERACK_EXECUTOR=inline.';
  if (!inngest) return `Not used: nobody asked for it. ${ON_INNGEST}`;
  const calls = `${inngest.serveOrigin ?? ownOrigin(config())}/api/inngest`;
  return `A server of its own${inngest.baseUrl ? ` at ${inngest.baseUrl}` : ''}, whose version is not known here. It is told to call ${calls}.`;
}
