import { git } from '../process/run';

/** Whether `commit` has `ancestor` in its history; false where the clone lacks one of them. */
export async function isAncestor(
  gitDir: string,
  ancestor: string,
  commit: string,
  signal?: AbortSignal,
): Promise<boolean> {
  // 1 is "no", 128 "no such commit".
  const { code } = await git(['merge-base', '--is-ancestor', ancestor, commit], {
    gitDir,
    signal,
    okCodes: [0, 1, 128],
  });
  return code === 0;
}
