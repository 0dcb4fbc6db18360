import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCli } from '../e2e/support/cli';
import { type BenchRow, measure } from './row';

const RUNS = 30;

const nothing = async () => undefined;
const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

/** How long the command line takes to start, against Node alone. */
export async function run(): Promise<BenchRow> {
  const dir = mkdtempSync(join(tmpdir(), 'spicerack-start-'));
  try {
    const { file } = await buildCli(dir);
    return await measure(
      'start the command line',
      [
        { label: 'spicerack --version', prepare: nothing, run: () => node(file, '--version') },
        { label: 'node -e 0', prepare: nothing, run: () => node('-e', '0') },
      ],
      RUNS,
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
