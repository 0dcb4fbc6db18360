import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { childEnvironment } from '@/environment';

/**
 * Other people's programs that Spicerack can use: looking for them and getting them.
 * Standard library only, so that set-up can use it for anything.
 */

/** A program that was started once and answered. */
export interface Found {
  /** Absolute path. */
  program: string;
  version: string;
  /** Where it was found, for people: `PATH`, `node_modules`, … */
  how: string;
}

/** A program that could not be had: its name, and one line for each place that was tried. */
export interface Missing {
  missing: string;
  tried: string[];
}

/** One place where a program may be. `program` is a bare name (looked up on PATH) or a path. */
export interface Place {
  how: string;
  program: string;
}

export type Outcome = { ok: true; output: string } | { ok: false; why: string };

/**
 * Runs a program to its end without input; `output` is what it wrote on both streams. It gets what every program
 * may have unless `env` says otherwise. Never throws.
 */
export function tryRun(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        cwd: options.cwd,
        env: options.env ?? childEnvironment(),
        timeout: options.timeoutMs,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`.trim();
        if (!error) resolve({ ok: true, output });
        else if (error.killed) resolve({ ok: false, why: `no end within ${options.timeoutMs / 1000} s` });
        else resolve({ ok: false, why: reason(output) ?? error.message.split('\n')[0] ?? 'failed' });
      },
    );
    child.stdin?.end();
  });
}

/** The line of a failed program's output that says most. */
function reason(output: string): string | undefined {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /ENOTFOUND|ECONN|ETIMEDOUT|getaddrinfo|not found|Failed to/i.test(line)) ?? lines.at(-1);
}

/**
 * Takes the first place whose program starts and prints a version when given `versionArgs`. A file that is
 * there but only prints an error (npm's stub of a package whose download failed) is passed over.
 */
export async function findProgram(name: string, versionArgs: string[], places: Place[]): Promise<Found | Missing> {
  const tried: string[] = [];
  for (const place of places) {
    const program = await resolveProgram(place.program);
    if (!program) {
      tried.push(`${place.how}: no ${place.program}`);
      continue;
    }
    const outcome = await tryRun(program, versionArgs, { timeoutMs: 20_000 });
    const version = outcome.ok ? outcome.output.slice(0, 1000).match(/\d+(\.\d+)+/)?.[0] : undefined;
    if (version) return { program, version, how: place.how };
    tried.push(`${place.how}: ${program} does not work (${outcome.ok ? 'it prints no version' : outcome.why})`);
  }
  return { missing: name, tried };
}

async function resolveProgram(program: string): Promise<string | null> {
  const candidates = program.includes('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).flatMap((folder) => (folder ? [join(folder, program)] : []));
  for (const candidate of candidates) {
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return null;
}

/** The user's folder for programs that set-up made; shared by all checkouts. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'spicerack');
}
