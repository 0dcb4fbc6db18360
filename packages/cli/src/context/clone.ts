import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

/** What a clone on this machine says; git is only asked, and changes nothing. */
export interface Clone {
  /** The addresses of its remotes, as they are written and as git takes them; `origin` first. */
  remotes: string[];
  /** The branch of HEAD; null where HEAD is detached. */
  branch: string | null;
}

const run = promisify(execFile);

/** The clone that a folder is in; null where it is in none, or there is no git. */
export async function cloneAt(cwd: string): Promise<Clone | null> {
  const git = async (...args: string[]): Promise<string | null> => {
    try {
      const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
      return (await run('git', args, { cwd, env, maxBuffer: 16 * 1024 * 1024 })).stdout;
    } catch (_unknown) {
      return null;
    }
  };
  const top = await git('rev-parse', '--show-toplevel', '--absolute-git-dir').then(
    async (both) => both ?? (await git('rev-parse', '--absolute-git-dir')),
  );
  if (top === null) return null;
  const [head, written, taken] = await Promise.all([
    git('symbolic-ref', '--quiet', '--short', 'HEAD'),
    git('config', '--get-regexp', '^remote\\..*\\.url$'),
    git('remote', '-v'),
  ]);
  const pairs = [
    ...lines(written).map((line) => line.match(/^remote\.(.*)\.url (.*)$/)),
    ...lines(taken).map((line) => line.match(/^([^\t]*)\t(.*) \((?:fetch|push)\)$/)),
  ].flatMap((match) => (match?.[1] && match[2] ? [{ remote: match[1], url: match[2] }] : []));
  const ordered = [...pairs.filter(({ remote }) => remote === 'origin'), ...pairs.filter((p) => p.remote !== 'origin')];
  const base = lines(top)[0] ?? cwd;
  const urls = ordered.map(({ url }) => (/^\.{1,2}\//.test(url) ? resolve(base, url) : url));
  return { remotes: [...new Set(urls)], branch: head?.trim() || null };
}

/** The names of branches that the clone knows, for completion. */
export async function branchesAt(cwd: string): Promise<string[]> {
  try {
    const args = ['for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/remotes/origin'];
    const { stdout } = await run('git', args, { cwd, maxBuffer: 16 * 1024 * 1024 });
    const names = lines(stdout).map((ref) => ref.replace(/^refs\/(heads|remotes\/origin)\//, ''));
    return [...new Set(names)].filter((name) => name !== 'HEAD').sort();
  } catch (_noClone) {
    return [];
  }
}

const lines = (text: string | null) => (text ?? '').split('\n').filter((line) => line !== '');
