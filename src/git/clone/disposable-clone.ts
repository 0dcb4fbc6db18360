import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Quarantine } from '../objects/objects';
import { type GitOptions, git } from '../process/run';
import { makeTempFolder, noPlace } from '../process/temp-folder';

/**
 * A repository with a work tree for a program that needs one, made for one piece of work and thrown away after it.
 * Its objects are those of a quarantine: it reads our clone's and writes its own aside. It has no remote, and no
 * ref of our clone; nothing that happens in it reaches our clone.
 */
export interface DisposableClone {
  /** The work tree; nothing is checked out. */
  readonly dir: string;
  /** Its repository. */
  readonly gitDir: string;
  /** Where and how every process in it is started. */
  readonly options: Required<Pick<GitOptions, 'cwd' | 'env'>>;
  /** Removes the work tree and the refs; the quarantine stays. End the processes that work in it first. */
  remove(): Promise<void>;
}

/**
 * What git does by itself and must not do here. The environment of every git process (`run.ts`) adds: no signing, no
 * hooks, no gc, and nothing of the host's configuration that matters here.
 */
const SETTINGS = `[core]
	logAllRefUpdates = false
	autocrlf = false
	fsmonitor = false
	sparseCheckout = false
[rebase]
	autoSquash = false
	backend = merge
	missingCommitsCheck = ignore
	rebaseMerges = false
	updateRefs = false
[merge]
	renormalize = false
[rerere]
	enabled = false
`;

/**
 * The work tree holds every file byte for byte as it is committed, whatever `.gitattributes` says: no line ending
 * is changed and no filter runs (Git LFS pointers stay pointers). `merge` and `diff` attributes stay in force.
 * `info/attributes` comes before every `.gitattributes` (gitattributes(5)).
 */
const ATTRIBUTES = '* -text -crlf -eol -ident -filter -working-tree-encoding\n';

/**
 * Makes a disposable clone over a quarantine: `git clone --shared --no-checkout` without the refs.
 * `idLength` is that of the commit ids: 40 (SHA-1) or 64.
 * @throws GitError when git cannot make it; nothing is left behind.
 */
export async function disposableClone(
  quarantine: Quarantine,
  idLength: number,
  signal?: AbortSignal,
): Promise<DisposableClone> {
  // What a program makes in it is not held in memory.
  await quarantine.flush();
  const dir = await makeTempFolder();
  const gitDir = join(dir, '.git');
  const remove = () => rm(dir, { recursive: true, force: true, maxRetries: 3 });
  try {
    const format = idLength === 64 ? 'sha256' : 'sha1';
    await git(['init', '--quiet', '--template=', `--object-format=${format}`, dir], { signal });
    await mkdir(join(gitDir, 'info'), { recursive: true });
    await writeFile(join(gitDir, 'info', 'attributes'), ATTRIBUTES);
    await appendFile(join(gitDir, 'config'), SETTINGS);
  } catch (error) {
    await remove();
    throw noPlace(error);
  }
  return { dir, gitDir, options: { cwd: dir, env: quarantine.env }, remove };
}
