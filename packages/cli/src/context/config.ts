import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, Stop, usage } from '../out/exit';

/** Which server is spoken to, and where that is known from. */
export interface Server {
  url: string;
  token: string | undefined;
  /** For people: `SPICERACK_URL`, the file, or the default. */
  from: string;
}

/** What `login` keeps. */
interface Saved {
  url: string;
  token: string | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:3000';

function configFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'spicerack', 'config.json');
}

/**
 * The server that the environment names, else the one of the last `login`, else this machine's. A token that was kept
 * for one server is sent to no other.
 * @param warn is told of a file that others can read
 * @throws Stop for an address that is none, or a file that cannot be read
 */
export function serverOf(env: NodeJS.ProcessEnv, warn: (words: string) => void): Server {
  const file = configFile(env);
  // Who names both needs no file.
  const saved = env.SPICERACK_URL && env.SPICERACK_TOKEN ? null : read(file, warn);
  if (env.SPICERACK_URL) {
    const url = checkUrl(env.SPICERACK_URL, 'SPICERACK_URL');
    const kept = saved && new URL(saved.url).origin === new URL(url).origin ? saved.token : undefined;
    return { url, token: env.SPICERACK_TOKEN || kept, from: 'SPICERACK_URL' };
  }
  const token = env.SPICERACK_TOKEN || saved?.token;
  return saved ? { url: saved.url, token, from: file } : { url: DEFAULT_URL, token, from: 'the default' };
}

/** @throws Stop where it is no http address, or has a login or a path in it */
export function checkUrl(text: string, name: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) {
    const meant =
      /^[^/]+$/.test(text) && URL.canParse(`http://${text}`) ? new URL(`http://${text}`).origin : DEFAULT_URL;
    throw usage(`${name} is no address of a server: ${text}`, `Give it as ${meant}.`);
  }
  if (url.username || url.password) {
    throw usage(`${name} has a login in it.`, 'Leave it out, and give the token by login or SPICERACK_TOKEN.');
  }
  if (url.pathname !== '/' || url.search || url.hash) {
    throw usage(`${name} has more than an address in it: ${text}`, `Give it as ${url.origin}: a server has no path.`);
  }
  return url.origin;
}

function read(file: string, warn: (words: string) => void): Saved | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (process.platform !== 'win32' && statSync(file).mode & 0o077) {
    warn(`Others can read the token in ${file}: chmod 600 ${file}`);
  }
  const saved = parse(text);
  if (!saved) throw usage(`${file} is damaged.`, 'Write it anew: spicerack login');
  return { ...saved, url: checkUrl(saved.url, file) };
}

function parse(text: string): Saved | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string') return null;
    return { url: value.url, token: 'token' in value && typeof value.token === 'string' ? value.token : undefined };
  } catch (_malformed) {
    return null;
  }
}

/** Keeps a server for the next commands, for this user's eyes alone. @throws Stop where the file cannot be written */
export function save(env: NodeJS.ProcessEnv, saved: Saved): string {
  const file = configFile(env);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(saved, null, 2)}\n`, { mode: 0o600 });
    // The mask may have taken more away, never less.
    chmodSync(fresh, 0o600);
    renameSync(fresh, file);
  } catch (error) {
    throw new Stop(EXIT.failed, `${file} cannot be written: ${error instanceof Error ? error.message : error}`, {
      code: 'NOT_KEPT',
      hint: 'Set XDG_CONFIG_HOME to a folder of yours, or give SPICERACK_URL and SPICERACK_TOKEN with each command.',
    });
  }
  return file;
}
