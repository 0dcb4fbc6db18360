import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Entry {
  integrity?: string;
  resolved?: string;
  link?: boolean;
  /** Comes inside another package, whose integrity covers it. */
  inBundle?: boolean;
  hasInstallScript?: boolean;
}

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const lock: { packages: Record<string, Entry> } = JSON.parse(read('package-lock.json'));
const entries = Object.entries(lock.packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);

/** What their scripts would do, and why nothing misses it. */
const HAVE_A_SCRIPT: Record<string, string> = {
  esbuild: 'puts its program in the place of a small JavaScript file that starts it; without, that file starts it',
  'inngest-cli': 'downloads the Inngest server; `npm run setup` does it where that is wanted',
};

describe('the lock file', () => {
  it('has the integrity of every package, for every platform', () => {
    expect(entries.filter(([, entry]) => !entry.inBundle && !entry.integrity).map(([path]) => path)).toEqual([]);
    expect(entries.filter(([, { integrity }]) => integrity && !/^sha512-/.test(integrity))).toEqual([]);
  });

  it('names no registry', () => {
    expect(entries.filter(([, entry]) => entry.resolved).map(([path]) => path)).toEqual([]);
  });

  it('brings no install script that nobody has looked at, and none is run', () => {
    const names = entries
      .filter(([, entry]) => entry.hasInstallScript)
      .map(([path]) => path.replace(/.*node_modules\//, ''));
    expect([...new Set(names)].sort()).toEqual(Object.keys(HAVE_A_SCRIPT));
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
  });
});
