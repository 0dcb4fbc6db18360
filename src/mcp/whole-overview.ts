import type { CallOptions, Overview, Spicerack } from '@spicerack/client';

/** The page of a repository with all of its branches, which the server tells by and by. */
export async function wholeOverview(
  { repos }: { repos: Pick<Spicerack['repos'], 'overview'> },
  repoId: string,
  options?: CallOptions,
): Promise<Overview> {
  const first = await repos.overview({ repoId }, options);
  const branches = [...first.branches];
  const states = { ...first.states };
  for (let cursor = first.nextCursor; cursor !== null; ) {
    const page = await repos.overview({ repoId, cursor }, options);
    branches.push(...page.branches);
    Object.assign(states, page.states);
    cursor = page.nextCursor;
  }
  return { ...first, branches, states, nextCursor: null };
}
