import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { build } from 'rolldown';

/**
 * Builds what is published into `dist`: one module with all that it needs, and one file of declarations.
 *
 * `client.api.md` beside this file is the public surface as a reviewer sees it. With `--accept` it is written anew; without, a
 * surface that differs from it fails.
 */

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const accept = process.argv.includes('--accept');

rmSync(here('dist'), { recursive: true, force: true });
await build({
  input: here('src/index.ts'),
  platform: 'neutral',
  resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
  output: { file: here('dist/index.js'), format: 'esm', minify: true },
});

const folder = mkdtempSync(join(tmpdir(), 'spicerack-copy-client-'));
try {
  const types = join(folder, 'types');
  execFileSync(process.execPath, [
    here('../../node_modules/typescript/bin/tsc'),
    ...['--project', here('tsconfig.json'), '--outDir', types, '--noEmit', 'false', '--incremental', 'false'],
    ...['--declaration', '--emitDeclarationOnly', '--rootDir', here('.')],
  ]);
  writeFileSync(join(folder, 'package.json'), readFileSync(here('package.json')));
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { lib: ['ES2023', 'DOM'], types: [], module: 'ESNext', moduleResolution: 'Bundler' },
    }),
  );
  const report = 'client.api.md';
  if (existsSync(here(report))) copyFileSync(here(report), join(folder, report));
  const result = Extractor.invoke(
    ExtractorConfig.prepare({
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: join(types, 'src/index.d.ts'),
        compiler: { tsconfigFilePath: join(folder, 'tsconfig.json') },
        apiReport: {
          enabled: true,
          reportFileName: 'client',
          reportFolder: folder,
          reportTempFolder: join(folder, 'temp'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: true, untrimmedFilePath: here('dist/index.d.ts') },
        tsdocMetadata: { enabled: false },
        messages: { extractorMessageReporting: { 'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None } } },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(folder, 'package.json'),
    }),
    {
      localBuild: accept,
      showVerboseMessages: false,
      messageCallback: (message) => {
        if (message.logLevel !== ExtractorLogLevel.Error && message.logLevel !== ExtractorLogLevel.Warning)
          message.handled = true;
      },
    },
  );
  if (accept) copyFileSync(join(folder, report), here(report));
  if (result.apiReportChanged && !accept) {
    console.error(
      'The public surface differs from packages/client/client.api.md. If it should: npm run build:client -- --accept',
    );
    process.exitCode = 1;
  } else if (result.errorCount > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
