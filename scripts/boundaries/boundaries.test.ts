import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readGraph } from './graph';
import { problems } from './rules';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What is wrong with a project of these files. */
function problemsOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  folders.push(root);
  const base = {
    'src/app/page.tsx': 'export default () => <p />;',
    'src/api/router.ts': 'export const router = 1;',
    'src/git/run.ts': 'export const git = 1; export type Options = { a: 1 };',
    'src/testing/remote.ts': 'export const remote = 1;',
  };
  for (const [path, text] of Object.entries({ ...base, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return problems(readGraph(root, ['src', 'inngest', 'scripts', 'server.ts', 'e2e']));
}

describe('a request', () => {
  test('that could run git is found', () => {
    const found = problemsOf({ 'src/api/router.ts': "import { git } from '@/git/run'; export const router = git;" });
    expect(found).toEqual(['A request may not reach git or a forge: src/api/router.ts → src/git/run.ts']);
  });

  test('that could run git behind other modules is found, with the way to it', () => {
    const found = problemsOf({
      'src/app/page.tsx': "import { accept } from '@/queue/accept'; export default () => <p>{accept}</p>;",
      'src/queue/accept.ts': "export * from './deeper';",
      'src/queue/deeper.ts': "export const accept = () => import('@/git/run');",
    });
    expect(found).toEqual([
      'A request may not reach git or a forge: src/app/page.tsx → src/queue/accept.ts → src/queue/deeper.ts → src/git/run.ts',
    ]);
  });

  test("may know git's types, and the executor's door may reach everything", () => {
    const found = problemsOf({
      'src/api/router.ts': "import type { Options } from '@/git/run'; export const router: Options = { a: 1 };",
      'src/app/error.tsx': "export type Options = import('@/git/run').Options;",
      'src/app/api/inngest/route.ts': "import { git } from '@/git/run'; export const GET = git;",
    });
    expect(found).toEqual([]);
  });
});

test("a request that loads git's module for its types alone is found", () => {
  const found = problemsOf({
    'src/api/router.ts': "import { type Options } from '@/git/run'; export type O = Options;",
  });
  expect(found).toEqual(['A request may not reach git or a forge: src/api/router.ts → src/git/run.ts']);
});

describe('an import', () => {
  test('that goes up is found, also one of a type, a re-export and a dynamic one', () => {
    const found = problemsOf({
      'src/db/type.ts': "import type { router } from '@/api/router'; export type T = typeof router;",
      'src/feed/re-export.ts': "export { router } from '../api/router';",
      'src/queue/dynamic.ts': "export const router = () => import('@/api/router');",
      'src/repos/inline.ts': "import { type router } from '@/api/router'; export type T = typeof router;",
    });
    expect(found).toEqual([
      'Imports go down: src/db/type.ts → src/api/router.ts',
      'Imports go down: src/feed/re-export.ts → src/api/router.ts',
      'Imports go down: src/queue/dynamic.ts → src/api/router.ts',
      'Imports go down: src/repos/inline.ts → src/api/router.ts',
    ]);
  });

  test('is found in every form that TypeScript has for it', () => {
    const forms = {
      'in-place': "export type T = import('@/api/router').T;",
      'type-of': "export type T = typeof import('@/api/router');",
      'whole-type': "export type * from '@/api/router';",
      namespace: "export * as api from '@/api/router';",
      'side-effect': "import '@/api/router';",
      nothing: "export {} from '@/api/router';",
      equals: "import api = require('../api/router'); export default api;",
      required: "export const api = require('../api/router');",
      template: 'export const api = () => import(`@/api/router`);',
      'by-js': "export { router } from '../api/router.js';",
    };
    for (const [name, text] of Object.entries(forms))
      expect(problemsOf({ [`src/db/${name}.ts`]: text }), name).toEqual([
        `Imports go down: src/db/${name}.ts → src/api/router.ts`,
      ]);
    expect(problemsOf({ 'src/db/module.mjs': "import '../api/router';" })).toEqual([
      'Imports go down: src/db/module.mjs → src/api/router.ts',
    ]);
  });

  test('of a package, a style, or what is put together when the program runs is none', () => {
    const found = problemsOf({
      'src/app/layout.tsx': "import './page.css'; import react from 'react'; export default (x) => import('./' + x);",
      'src/app/page.css': '',
    });
    expect(found).toEqual([]);
  });

  test('of a script is found in a room, and not the other way round', () => {
    const files = { 'scripts/a.ts': "import { router } from '@/api/router'; export const a = router;" };
    expect(problemsOf(files)).toEqual([]);
    expect(problemsOf({ ...files, 'src/runtime/a.ts': "export { a } from '../../scripts/a';" })).toEqual([
      'Imports go down: src/runtime/a.ts → scripts/a.ts',
    ]);
  });

  test('that goes down, or stays in its room, is none', () => {
    const found = problemsOf({
      'src/queue/accept.ts': "import { git } from '@/git/run'; import './other'; export const accept = git;",
      'src/queue/other.ts': 'export const other = 1;',
    });
    expect(found).toEqual([]);
  });

  test('of what is for tests is found in production, with the way to it, and not in tests', () => {
    const found = problemsOf({
      'src/demo/demo.ts': "import { remote } from './deeper'; export const demo = remote;",
      'src/demo/deeper.ts': "export { remote } from '@/testing/remote';",
      'src/demo/e2e.ts': "import '../../e2e/server';",
      'e2e/server.ts': "import { remote } from '@/testing/remote'; export const server = remote;",
      'src/demo/demo.test.ts': "import { remote } from '@/testing/remote'; export const test = remote;",
    });
    expect(found).toEqual([
      'Only tests may use what is for tests: src/demo/deeper.ts → src/testing/remote.ts',
      'Only tests may use what is for tests: src/demo/demo.ts → src/demo/deeper.ts → src/testing/remote.ts',
      'Only tests may use what is for tests: src/demo/e2e.ts → e2e/server.ts',
    ]);
  });
});

test('files that import each other are found once, as a circle', () => {
  const found = problemsOf({
    'src/queue/a.ts': "import { b } from './b'; export const a = () => b;",
    'src/queue/b.ts': "import type { C } from './c'; export const b = (c: C) => c;",
    'src/queue/c.ts': "import { a } from './a'; export type C = ReturnType<typeof a>;",
  });
  expect(found).toEqual([
    'These files import each other: src/queue/a.ts → src/queue/b.ts → src/queue/c.ts → src/queue/a.ts',
  ]);
});

test('a folder with more than fifteen files of its own is found; tests and subfolders do not count', () => {
  const files = (n: number, name: (i: number) => string) =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => [name(i), '']));
  expect(problemsOf(files(16, (i) => `src/queue/f${i}.ts`))).toEqual([
    'src/queue has 16 files of its own: give it subfolders',
  ]);
  expect(problemsOf(files(15, (i) => `src/testing/f${i}.ts`))).toEqual([
    'src/testing has 16 files of its own: give it subfolders',
  ]);
  expect(
    problemsOf({
      ...files(15, (i) => `src/queue/f${i}.ts`),
      ...files(15, (i) => `src/queue/f${i}.test.ts`),
      ...files(15, (i) => `src/queue/below/f${i}.ts`),
    }),
  ).toEqual([]);
});

test('a file of src in no room is found', () => {
  expect(problemsOf({ 'src/helpers/misc.ts': '' })).toEqual([
    'src/helpers/misc.ts is in no room: put it into one, or name its room in rules.ts',
  ]);
});
