/** What a program finds beside it where it is installed: Next has a build of its own, the driver a program for each system. */
const BESIDE = ['next', '@libsql/client', 'rolldown'];

/**
 * Makes one file of a program of ours and all that it imports, which Node starts without a compiler.
 * @param beside what stays where it is, and is found there
 */
export async function bundle(
  input: string,
  file: string,
  root: string,
  beside: Array<string | RegExp> = BESIDE,
): Promise<void> {
  // Not before it is needed: what is bundled itself is run where there is no bundler.
  const { build } = await import('rolldown');
  await build({
    input,
    cwd: root,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    external: beside,
    transform: { target: 'node20' },
    output: { file, format: 'esm', codeSplitting: false, banner: '#!/usr/bin/env node' },
  });
}
