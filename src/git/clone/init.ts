import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { git, gitText } from '../process/run';

/** How a repository names its objects. */
export type ObjectFormat = 'sha1' | 'sha256';

/**
 * Makes sure that our bare clone of `url` is there: a cache of the remote's branches under
 * `refs/remotes/origin/`, with no branches of its own. Nothing is fetched. A clone whose outline is damaged is
 * set aside and made anew; damage deeper down shows as a GitError of kind `corrupt` in a later command, and then
 * `setAside` and `prepareClone` mend it. Call it only under the repo's lease: it removes what killed
 * processes left behind (lock files, half-written packs).
 * @param format of a clone that is made; one that is there keeps its own
 */
export async function prepareClone(gitDir: string, url: string, format: ObjectFormat = 'sha1'): Promise<void> {
  if (cloneExists(gitDir)) {
    await removeLeftovers(gitDir);
  } else {
    await setAside(gitDir);
    await makeFolder(dirname(gitDir));
    await makeClone(gitDir, format);
  }
  await writeConfig(gitDir, url);
}

/** Makes a folder in one that is there: a data directory that was moved away is not made anew. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch(alreadyThere);
}

function alreadyThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function makeClone(gitDir: string, format: ObjectFormat): Promise<void> {
  if (existsSync(waitingIn(gitDir, format))) return rename(waitingIn(gitDir, format), gitDir);
  // Made aside and renamed, so that a kill in between leaves no half of it at the clone's place.
  const fresh = `${gitDir}.new`;
  await rm(fresh, { recursive: true, force: true });
  await git(['init', '--bare', '--quiet', '--template=', '--initial-branch=none', `--object-format=${format}`, fresh]);
  await rename(fresh, gitDir);
}

/** Whether there is a clone, by its outline. */
export function cloneExists(gitDir: string): boolean {
  return ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(gitDir, name)));
}

/** Where a damaged clone waits until what it alone has is in the new one (`salvage.ts`). */
export const asideOf = (gitDir: string) => `${gitDir}.damaged`;

/**
 * Takes a damaged clone away from its place without deleting it. Where one is set aside already, that has what is of
 * worth: the later one was never more than what the remote has.
 */
export async function setAside(gitDir: string): Promise<void> {
  if (!existsSync(gitDir)) return;
  if (existsSync(asideOf(gitDir))) await removeClone(gitDir);
  else await rename(gitDir, asideOf(gitDir));
}

/** Where a clone in another object format than the remote's waits until the remote's is that one again. */
const waitingIn = (gitDir: string, format: ObjectFormat) => `${gitDir}.${format}`;

/**
 * Makes the clone one in the object format that is the remote's now, with the same settings: no object of one format is
 * in another. That of the other format is kept beside it, for it alone may have what undos go back to, and the remote's
 * word is no proof that nobody needs it; once the remote has its format again, it is back.
 */
export async function changeFormat(gitDir: string, format: ObjectFormat, signal?: AbortSignal): Promise<void> {
  const before = await objectFormat(gitDir);
  const url = await gitText(['config', '--local', 'remote.origin.url'], { gitDir, signal });
  // Nothing is there: where one waits, it is taken before one is made.
  await rename(gitDir, waitingIn(gitDir, before));
  await prepareClone(gitDir, url, format);
}

/** Deletes the clone, if there is one. The next `prepareClone` and fetch make it anew from the remote. */
export async function removeClone(gitDir: string): Promise<void> {
  const aside = `${gitDir}.old`;
  await rm(aside, { recursive: true, force: true });
  if (!existsSync(gitDir)) return;
  await rename(gitDir, aside);
  await rm(aside, { recursive: true, force: true });
}

/** The clone's settings are ours alone, so the file is written whole, and only where it differs. */
async function writeConfig(gitDir: string, url: string): Promise<void> {
  const quoted = url.replace(/["\\]/g, '\\$&');
  const before = await readConfig(gitDir);
  const isSha256 = formatIn(before) === 'sha256';
  const text = `[core]
	repositoryformatversion = ${isSha256 ? '1' : '0'}
	bare = true
${isSha256 ? '[extensions]\n\tobjectformat = sha256\n' : ''}[gc]
	auto = 0
[maintenance]
	auto = false
[remote "origin"]
	url = "${quoted}"
	fetch = +refs/heads/*:refs/remotes/origin/*
	# Newer versions of git would write refs/remotes/origin/HEAD, which is no branch.
	followRemoteHEAD = never
`;
  if (before === text) return;
  const path = join(gitDir, 'config');
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** How the clone names its objects. */
export async function objectFormat(gitDir: string): Promise<ObjectFormat> {
  return formatIn(await readConfig(gitDir));
}

async function readConfig(gitDir: string): Promise<string> {
  const path = join(gitDir, 'config');
  return existsSync(path) ? readFile(path, 'utf8') : '';
}

const formatIn = (text: string): ObjectFormat => (/^\s*objectformat\s*=\s*sha256$/im.test(text) ? 'sha256' : 'sha1');

/** No branch name ends in `.lock`, and no finished pack begins with `tmp_`, so neither can be anything of value. */
async function removeLeftovers(gitDir: string): Promise<void> {
  const locks = (folder: string, recursive: boolean) => leftovers(join(gitDir, folder), /\.lock$/, recursive);
  const found = await Promise.all([
    locks('.', false),
    locks('refs', true),
    locks('objects', false),
    locks('objects/info', true),
    leftovers(join(gitDir, 'objects/pack'), /^tmp_|\.lock$/, false),
  ]);
  const paths = found.flat();
  await Promise.all(paths.map((path) => rm(path, { force: true })));
}

async function leftovers(folder: string, name: RegExp, recursive: boolean): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { withFileTypes: true, recursive });
  // Node 20.9 has the folder as `path`, 20.12 and later as `parentPath`.
  return entries
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
