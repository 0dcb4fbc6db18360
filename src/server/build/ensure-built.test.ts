import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildOfProgram, ensureBuilt } from './ensure-built';
import { digestOf } from './sources.mjs';

let dir: string;
const lock = (packages: object) => writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ packages }));
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'spicerack-build-'));
  mkdirSync(join(dir, 'src/deep'), { recursive: true });
  writeFileSync(join(dir, 'src/deep/a.ts'), 'one');
  lock({ 'node_modules/a': { version: '1.0.0' } });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const digest = () => digestOf(['src', 'public', 'package-lock.json'], dir);

it('a build is of the same sources whatever their times, and whatever the tests say', async () => {
  const before = await digest();
  utimesSync(join(dir, 'package-lock.json'), new Date(), new Date(Date.now() + 60_000));
  writeFileSync(join(dir, 'src/deep/a.test.ts'), 'a test');
  // As `npm prune` writes it.
  lock({ 'node_modules/a': { version: '1.0.0', dev: true } });
  expect(await digest()).toBe(before);
});

it.each([
  ['another content', () => writeFileSync(join(dir, 'src/deep/a.ts'), 'two')],
  ['another file', () => writeFileSync(join(dir, 'src/b.ts'), '')],
  ['another name', () => renameSync(join(dir, 'src/deep/a.ts'), join(dir, 'src/deep/c.ts'))],
  ['another version of a package', () => lock({ 'node_modules/a': { version: '1.0.1' } })],
  ['a file less', () => rmSync(join(dir, 'package-lock.json'))],
])('it is of others with %s', async (_name, change) => {
  const before = await digest();
  change();
  expect(await digest()).not.toBe(before);
});

describe('a build', () => {
  /** In the place of Next: writes down that it was called, and makes a build of what the source says. */
  const NEXT = `
    const { appendFileSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
    appendFileSync('calls', '.');
    const source = readFileSync('src/deep/a.ts', 'utf8');
    mkdirSync(process.env.NEXT_DIST_DIR, { recursive: true });
    writeFileSync(process.env.NEXT_DIST_DIR + '/page', source);
    setTimeout(() => process.exit(source === 'broken' ? 1 : 0), 100);`;
  const said: string[] = [];
  const ensure = (mode?: 'auto' | 'never') => ensureBuilt(dir, (line) => said.push(line), mode);
  const source = (text: string) => writeFileSync(join(dir, 'src/deep/a.ts'), text);
  const calls = () => (existsSync(join(dir, 'calls')) ? readFileSync(join(dir, 'calls'), 'utf8').length : 0);
  const page = (build: string) => readFileSync(join(dir, build, 'page'), 'utf8');

  beforeEach(() => {
    said.length = 0;
    mkdirSync(join(dir, 'node_modules/next/dist/bin'), { recursive: true });
    writeFileSync(join(dir, 'node_modules/next/dist/bin/next'), NEXT);
    writeFileSync(join(dir, 'tsconfig.json'), '{}');
    writeFileSync(join(dir, 'server.ts'), "import { words } from './src/words';\nconsole.log(words as string);");
    writeFileSync(join(dir, 'src/words.ts'), "export const words = 'one';");
  });

  it('is made once, by whoever comes first; who comes meanwhile waits for it', async () => {
    const [one, other] = await Promise.all([ensure(), ensure()]);
    expect(one).toBe(other);
    expect(calls()).toBe(1);
    expect(said).toEqual(expect.arrayContaining(['Another process makes the production build: waiting for it']));
    expect(await ensure()).toBe(one);
    expect(calls()).toBe(1);
  });

  it('of other sources leaves that of a running server where it is', async () => {
    const running = await ensure();
    source('two');
    const next = await ensure();
    expect([page(running), page(next)]).toEqual(['one', 'two']);
    source('one');
    expect(await ensure()).toBe(running);
    expect(calls()).toBe(2);
  });

  it('that failed is none, and the next start makes it anew', async () => {
    source('broken');
    await expect(ensure()).rejects.toThrow('The production build failed');
    await expect(ensure('never')).rejects.toThrow('run `npm run build`');
    await expect(ensure()).rejects.toThrow('The production build failed');
    expect(calls()).toBe(2);
  });

  it('is never made for a service, nor is one of other sources taken', async () => {
    await expect(ensure('never')).rejects.toThrow('SPICERACK_BUILD=never: run `npm run build` before the start.');
    const built = await ensure();
    expect(await ensure('never')).toBe(built);
    source('two');
    await expect(ensure('never')).rejects.toThrow('SPICERACK_BUILD=never');
    expect(calls()).toBe(1);
  });

  it('stays while two more are made, and then goes', async () => {
    for (const text of ['one', 'two', 'three']) {
      source(text);
      await ensure();
    }
    const folders = () =>
      readdirSync(join(dir, '.next/builds'), { withFileTypes: true }).filter((e) => e.isDirectory());
    expect(folders()).toHaveLength(3);
    source('four');
    const last = await ensure();
    expect(folders()).toHaveLength(3);
    expect(page(last)).toBe('four');
  });

  it('that a server has gone back to is no old one', async () => {
    const one = await ensure();
    for (const text of ['two', 'three', 'one', 'four']) {
      source(text);
      await ensure();
    }
    source('one');
    expect(await ensure('never')).toBe(one);
  });

  it('can be read by another user, as whom the server runs', async () => {
    const built = await ensure();
    for (const folder of ['.next', '.next/builds', built]) expect(statSync(join(dir, folder)).mode & 0o055).toBe(0o055);
  });

  it('has its server as one file, which knows the build that it lies in', async () => {
    const built = await ensure();
    const said = execFileSync(process.execPath, [join(dir, built, 'server.mjs')], { encoding: 'utf8' });
    expect(said).toBe('one\n');
    expect(buildOfProgram(join(dir, built, 'server.mjs'))).toEqual({ root: `${dir}/`, dir: built });
    expect(buildOfProgram(join(dir, 'server.mjs'))).toBeNull();
    expect(buildOfProgram(join(dir, 'server.ts'))).toBeNull();
  });

  it('that cannot have its server is none', async () => {
    writeFileSync(join(dir, 'server.ts'), "import './nowhere';");
    await expect(ensure()).rejects.toThrow(/nowhere/);
    await expect(ensure('never')).rejects.toThrow('run `npm run build`');
  });
});
