import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findBreaches, REQUEST_PATH } from './boundaries';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A project of these files, with our aliases. */
function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  folders.push(root);
  const aliases = { '@/*': ['./src/*'] };
  const base = {
    'tsconfig.json': JSON.stringify({ compilerOptions: { paths: aliases, verbatimModuleSyntax: true } }),
    'src/app/page.tsx': 'export default () => <p />;',
    'src/ui/button.tsx': 'export const button = 1;',
    'src/api/router.ts': 'export const router = 1;',
    'src/git/run.ts': 'export const git = 1; export type Options = { a: 1 };',
  };
  for (const [path, text] of Object.entries({ ...base, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test('a planted import of git in the API is found', async () => {
  const root = project({ 'src/api/router.ts': "import { git } from '@/git/process/run'; export const router = git;" });
  expect(await findBreaches(root, REQUEST_PATH)).toEqual([['src/api/router.ts', 'src/git/run.ts']]);
});

test('a planted import behind other modules is found, with the way to it', async () => {
  const root = project({
    'src/app/page.tsx': "import { accept } from '@/queue/accept'; export default () => <p>{accept}</p>;",
    'src/jobs/accept.ts': "export * from './deeper';",
    'src/jobs/deeper.ts': "export const accept = () => import('@/git/process/run');",
  });
  expect(await findBreaches(root, REQUEST_PATH)).toEqual([
    ['src/app/page.tsx', 'src/jobs/accept.ts', 'src/jobs/deeper.ts', 'src/git/run.ts'],
  ]);
});

test("types may be imported, and the executor's door may reach everything", async () => {
  const root = project({
    'src/api/router.ts': "import type { Options } from '@/git/process/run'; export const router: Options = { a: 1 };",
    'src/app/api/inngest/route.ts': "import { git } from '@/git/process/run'; export const GET = git;",
  });
  expect(await findBreaches(root, REQUEST_PATH)).toEqual([]);
});
