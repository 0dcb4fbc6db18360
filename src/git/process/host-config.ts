import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { config } from '@/config';
import { childEnvironment } from '@/environment';
import { shown } from '@/text/foreign';

/**
 * What of the host's git configuration (its system's and its user's) our git may know: how a person reaches remotes,
 * and who they are. Nothing else has a say in what our git does. Keys as git lists them: section and variable in small
 * letters, `*` for any subsection or none.
 */
const NEEDED = [
  /^credential\..+$/,
  /^core\.(sshcommand|askpass)$/,
  /^ssh\.variant$/,
  /^url\..+\.(insteadof|pushinsteadof)$/,
  /^user\.(name|email)$/,
  // Checked by the git of a remote that is a path.
  /^safe\.directory$/,
  // Proxies, certificates, and what a proxy or host wants to be told. Not where redirects lead, or what names mean.
  /^http\.(.+\.)?(proxy|proxyauthmethod|proxysslcert|proxysslkey|proxysslcertpasswordprotected|proxysslcainfo)$/,
  /^http\.(.+\.)?(ssl\w+|schannel\w+|pinnedpubkey|emptyauth|delegation|extraheader|cookiefile|useragent|version)$/,
];

/** Whether a key of the host's configuration, as `git config --list` writes it, is one that people need. */
export function isNeeded(key: string): boolean {
  return NEEDED.some((pattern) => pattern.test(key));
}

/** What the environment of every git process has in place of the host's configuration. */
export interface HostConfig {
  env: { GIT_CONFIG_GLOBAL: string; GIT_CONFIG_NOSYSTEM: '1' };
  /** Who the host says that people are; null where it does not say both. */
  identity: { name: string; email: string } | null;
  /** Parts of the host's configuration that cannot be read, in git's words; they are left out. */
  broken: string[];
}

/** For a look at something that must not depend on any configuration. */
export const NO_CONFIG = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' } as const;

interface Known {
  /** The state of every file that it was made of, and of the file that was made. */
  stamp: string;
  files: string[];
  value: HostConfig;
}
const shared = globalThis as typeof globalThis & { __spicerackHostConfig?: Map<string, Known> };

/**
 * A configuration file of our own with what people need of the host's, made anew when that changes.
 * @throws where the data directory cannot be written
 */
export function hostConfig(): HostConfig {
  shared.__spicerackHostConfig ??= new Map();
  const inherited = childEnvironment();
  const path = join(config().dataDir, 'host.gitconfig');
  const places = [inherited.GIT_CONFIG_GLOBAL, inherited.GIT_CONFIG_SYSTEM, inherited.GIT_CONFIG_NOSYSTEM];
  const from = JSON.stringify([path, config().gitProgram, inherited.HOME, inherited.XDG_CONFIG_HOME, ...places]);
  const known = shared.__spicerackHostConfig.get(from);
  if (known && known.stamp === stampOf(known.files)) return known.value;

  const scopes = [readScope({ GIT_CONFIG_NOSYSTEM: '1' }), readScope({ GIT_CONFIG_GLOBAL: '/dev/null' })] as const;
  const [user, system] = scopes;
  // The user's come last, as in git, so that they win.
  const needed = [...system.entries, ...user.entries].filter(([key]) => isNeeded(key));
  // A directory that is gone later was moved: nothing is put in its place.
  if (!known) mkdirSync(config().dataDir, { recursive: true });
  write(path, needed.map(([k, v]) => line(k, v)).join(''));
  const files = [path, ...usualFiles(inherited), ...user.files, ...system.files];
  const value: HostConfig = {
    env: { GIT_CONFIG_GLOBAL: path, GIT_CONFIG_NOSYSTEM: '1' },
    identity: identityIn(needed),
    broken: scopes.flatMap(({ broken }) => broken ?? []),
  };
  shared.__spicerackHostConfig.set(from, { stamp: stampOf(files), files, value });
  return value;
}

function identityIn(entries: Scope['entries']): HostConfig['identity'] {
  // The last of several counts.
  const of = (wanted: string) => entries.findLast(([key]) => key === wanted)?.[1]?.trim();
  const [name, email] = [of('user.name'), of('user.email')];
  return name && email ? { name, email } : null;
}

/** The whole process waits for it, so not for long: only a home that does not answer takes any time. */
const MOST_MS = 5000;

interface Scope {
  /** Null for a key that stands without a value, which means true. */
  entries: Array<[key: string, value: string | null]>;
  files: string[];
  broken?: string;
}

/** Lists what git finds in one scope, outside of any repository. A part that is broken has no entries. */
function readScope(only: Record<string, string>): Scope {
  const args = ['config', '--list', '-z', '--show-scope', '--show-origin', '--includes'];
  try {
    const fields = execFileSync(config().gitProgram, args, {
      cwd: '/',
      env: childEnvironment({ LC_ALL: 'C', ...only }),
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 16 * 1024 * 1024,
      timeout: MOST_MS,
    })
      .toString('utf8')
      .split('\0');
    const scope: Scope = { entries: [], files: [] };
    for (let i = 0; i + 2 < fields.length; i += 3) {
      const [of = '', origin = '', entry = ''] = fields.slice(i, i + 3);
      if (of !== 'global' && of !== 'system') continue;
      const end = entry.indexOf('\n');
      scope.entries.push(end < 0 ? [entry, null] : [entry.slice(0, end), entry.slice(end + 1)]);
      scope.files.push(origin.replace(/^file:/, ''));
    }
    return scope;
  } catch (error) {
    // A git that is missing, or cannot be started, fails in the command that this is for.
    if (!(error instanceof Error && 'stderr' in error && error.stderr instanceof Buffer))
      return { entries: [], files: [] };
    const words = shown(error.stderr.toString('utf8').trim(), 500) || error.message;
    const [, file] = words.match(/ in file (\/.*)$/m) ?? [];
    return { entries: [], files: file ? [file] : [], broken: words };
  }
}

/** Where git looks even where nothing is yet. */
function usualFiles(env: NodeJS.ProcessEnv): string[] {
  const home = env.HOME ?? homedir();
  return [
    env.GIT_CONFIG_GLOBAL ?? join(home, '.gitconfig'),
    join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'git', 'config'),
    env.GIT_CONFIG_SYSTEM ?? '/etc/gitconfig',
  ];
}

function stampOf(files: string[]): string {
  return files
    .map((file) => {
      const stats = statSync(file, { throwIfNoEntry: false });
      return stats ? `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}` : '';
    })
    .join('\n');
}

/** One entry as git reads it back: a section of its own. */
function line(key: string, value: string | null): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  const sub = first === last ? '' : ` "${key.slice(first + 1, last).replace(/["\\]/g, '\\$&')}"`;
  const quoted = value?.replace(/["\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\t');
  return `[${key.slice(0, first)}${sub}]\n\t${key.slice(last + 1)}${value === null ? '' : ` = "${quoted}"`}\n`;
}

/** For our eyes alone, since headers and addresses may hold secrets. Where it is so already, it is left alone. */
function write(path: string, text: string): void {
  try {
    if (readFileSync(path, 'utf8') === text) return;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  writeFileSync(`${path}.${process.pid}`, text, { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}

/** The host's configuration as a problem of this server; null where it can be read. */
export function hostConfigProblem(): { what: string; hint: string } | null {
  const { broken } = hostConfig();
  if (broken.length === 0) return null;
  return {
    what: `git's configuration on this machine cannot be read: ${broken.join('; ')}.`,
    hint: 'Jobs go on without it, so without its credential helpers and proxies. Mend the file; it is read again by itself.',
  };
}
