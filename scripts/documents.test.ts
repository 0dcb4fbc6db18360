import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { settings } from '@/config';
import { scripts } from '../package.json';
import { ROOMS } from './boundaries/rules';
import { settingsPage } from './settings-page';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(root + file, 'utf8');
const below = (folder: string) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((path) => posix.join(folder, path));

/** What tools write beside it, which may be there or not. */
const written = new Set(
  read('.gitignore')
    .split('\n')
    .map((line) => line.replaceAll('/', '')),
);

/** Every file and folder that the project has of its own. */
const paths = [
  ...['src', 'inngest', 'deploy', 'e2e', 'scripts', 'bench', 'drizzle', 'docs', 'packages'].flatMap((folder) => [
    folder,
    ...below(folder),
  ]),
  ...readdirSync(root).filter((name) => !written.has(name)),
  '.ci/run',
];
const sources = paths.filter((path) => /\.(tsx?|mjs)$/.test(path));
const decisions = paths.filter((path) => /^docs\/decisions\/.*\.md$/.test(path)).sort();
const guides = paths.filter((path) => /^docs\/[^/]*\.md$/.test(path)).sort();
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'packages/cli/README.md',
  ...guides,
  ...decisions,
];
const deployed = paths.filter((path) => path.startsWith('deploy/'));
/** Of the command line, and of the tests. */
const OTHERS = ['SPICERACK_URL', 'SPICERACK_FIREFOX', 'SPICERACK_FUZZ', 'SPICERACK_FUZZ_SEED', 'SPICERACK_FUZZ_PATH'];
/** What was once decided may speak of what is no more. */
const current = documents.filter((file) => !/^Superseded by /m.test(read(file)));

/** Whether there is a file or folder of this name: from the root, from `src`, or as the end of a path. */
const isThere = (name: string, from: string) =>
  paths.includes(posix.join(posix.dirname(from), name)) ||
  paths.some((path) => path === name || path.endsWith(`/${name}`));

/** The files (`base.ts`, `stack/base.ts`) and the folders of rooms (`ui/feed`, `src/git`) that a text names. */
function named(text: string): string[] {
  const rooms = new Set(ROOMS.flat().map((room) => room.replace(/^src\//, '').split('/')[0]));
  return [...text.matchAll(/`([\w.[\]-]+(?:\/[\w.[\]-]+)*)\/?`/g)].flatMap(([, name = '']) => {
    const isFile = /\.(tsx?|mjs|md)$/.test(name) && /[\w]\.\w+$/.test(name) && !/\.d\.ts$/.test(name);
    const [top = '', more] = name.split('/');
    return isFile || (more !== undefined && (rooms.has(top) || paths.includes(top))) ? [name] : [];
  });
}

test('documents name only files and folders that are there', () => {
  const missing = current.flatMap((file) =>
    named(read(file)).flatMap((name) => (isThere(name, file) ? [] : [`${file}: ${name}`])),
  );
  expect(missing).toEqual([]);
});

test('comments name only files that are there', () => {
  const comments = /\/\*\*?[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm;
  // A name without a folder may be an example.
  const isPath = (name: string) => /\/.*\.(tsx?|mjs)$/.test(name);
  const missing = sources.flatMap((file) =>
    [...read(file).matchAll(comments)].flatMap(([comment]) =>
      named(comment).flatMap((name) => (isPath(name) && !isThere(name, file) ? [`${file}: ${name}`] : [])),
    ),
  );
  expect(missing).toEqual([]);
});

test('a name of what is gone is found, and a word that is no path is none', () => {
  expect(named('`queue/gone.ts`, `gone.ts`, `src/gone`, `ui/gone/`')).toEqual([
    'queue/gone.ts',
    'gone.ts',
    'src/gone',
    'ui/gone',
  ]);
  expect(isThere('queue/gone.ts', 'README.md')).toBe(false);
  expect(named('`feat/auth`, `jobs.run`, `modify/delete`, `node_modules`')).toEqual([]);
});

test('documents name only commands and links that are there', () => {
  const missing = documents.flatMap((file) => {
    const text = read(file);
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].filter(([, name = '']) => !(name in scripts));
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].filter(
      ([, to = '']) => !paths.includes(posix.join(posix.dirname(file), to)),
    );
    const places = [...text.matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)].filter(
      ([, to, place]) => !headings(to ? posix.join(posix.dirname(file), to) : file).includes(place ?? ''),
    );
    return [...commands, ...links, ...places].map(([words]) => `${file}: ${words}`);
  });
  expect(missing).toEqual([]);
});

/** The headings of a document, as links name them. */
function headings(file: string): string[] {
  const found = [...read(file).matchAll(/^#+ (.+)$/gm)];
  return found.map(([, words = '']) =>
    words
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

test('docs/settings.md is what the settings make of it', () => {
  expect(read('docs/settings.md'), 'run `npm run settings`').toBe(settingsPage());
});

test('documents speak of no setting that there is none of', () => {
  const known = new Set([...settings().map(({ name }) => name), ...OTHERS]);
  const unknown = [...documents.filter((file) => !decisions.includes(file)), ...deployed].flatMap((file) =>
    [...read(file).matchAll(/\b(?:SPICERACK|INNGEST|GITHUB)_[A-Z_]+\b/g)].flatMap(([name]) =>
      known.has(name) || name.endsWith('_') ? [] : [`${file}: ${name}`],
    ),
  );
  expect(unknown).toEqual([]);
});

test('each message that a guide explains is one that the server says', () => {
  // What is different each time is … in both.
  const said = sources
    .filter((file) => !/\.test\.tsx?$/.test(file))
    .map((file) => read(file).replaceAll(/\$\{(?:[^{}]|\{[^}]*\})*\}/g, '…'))
    .join('\n');
  const unsaid = guides.flatMap((file) =>
    messages(read(file)).flatMap((message) => {
      const inside = message.replace(/^… ?/, '').replace(/ ?…$/, '');
      return said.includes(inside) ? [] : [`${file}: ${message}`];
    }),
  );
  expect(unsaid).toEqual([]);
  expect(messages('| It says | Means, and what to do |\n|---|---|\n| Gone … | x |\n| Two | y |\n\n| a | b |')).toEqual([
    'Gone …',
    'Two',
  ]);
});

/** The first column of the tables of messages. */
function messages(text: string): string[] {
  return [...text.matchAll(/^\| It says \|.*\n\|---.*\n((?:\|.*(?:\n|$))+)/gm)].flatMap(([, rows = '']) =>
    rows
      .trim()
      .split('\n')
      .map((row) => row.split(' | ')[0]?.replace(/^\| /, '') ?? ''),
  );
}

describe('ARCHITECTURE.md', () => {
  const text = read('ARCHITECTURE.md');

  test('has the rooms in the order that lint checks', () => {
    const table = text.slice(text.indexOf('| Room |'), text.indexOf('\n\n', text.indexOf('| Room |')));
    const rows = table.split('\n').slice(2);
    const told = rows.map((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+?)\/?`/g)].map(([, name]) => name));
    expect(told.map((names) => names.filter((name) => name !== 'src'))).toEqual(
      ROOMS.map((room) => room.map((place) => place.replace(/^src\//, ''))),
    );
  });

  test('lists every decision by its number and title', () => {
    const titles = decisions.map((file) => {
      const [, number, title] = /^# (\d{4}) (.+)$/m.exec(read(file)) ?? [];
      return `| [${number}](${file}) | ${title} |`;
    });
    expect(text.match(/^\| \[\d{4}\].*?\|.*?\|/gm)).toEqual(titles);
  });
});

test('decisions are numbered without a gap, dated, and say what would reverse them', () => {
  for (const [i, file] of decisions.entries()) {
    const number = String(i + 1).padStart(4, '0');
    expect(file).toMatch(new RegExp(`^docs/decisions/${number}-[a-z0-9-]+\\.md$`));
    const shape = `^# ${number} .+\n\n\\d{4}-\\d{2}-\\d{2}\n\n(Superseded by \\[\\d{4}\\].*\n\n)?## Context\n`;
    expect(read(file)).toMatch(new RegExp(shape));
    expect(read(file)).toMatch(/\n\n## Decision\n.+\n[\s\S]*\n## What would reverse it\n.+/);
  }
});
