import type { JobDetail } from '@spicerack/client';
import { DEMO_PARENTS } from '@/demo/demo-remote';
import type { Remote } from '@/demo/remote';
import type { PictureBranch } from './picture';

/** Where each branch stands in the end. */
const PARENTS: Record<string, string> = {
  ...DEMO_PARENTS,
  'search/filters': 'main',
  'auth/password-reset': 'main',
  'checkout/gift-cards': 'checkout/receipt-email',
};
const MERGED = ['auth/sessions', 'search/index'];
/** Neither may have moved: the first conflicts, the second stands on it. */
const HELD_BACK = ['catalog/price-rounding', 'catalog/price-labels'];
const CONFLICTING_FILE = 'src/catalog/price.js';
const UNREGISTERED = 'docs/returns-policy';

export interface Outcome {
  remote: Remote;
  jobs: JobDetail[];
  branches: PictureBranch[];
  /** Tips on the remote before the first job that moves something, and subjects of each branch over its parent. */
  before: Record<string, string>;
  subjects: Record<string, string[]>;
}

/** Everything that is not as the demo expects, in sentences; asks the remote itself, with git. */
export async function unexpected({ remote, jobs, branches, before, subjects }: Outcome): Promise<string[]> {
  const wrong: string[] = [];
  const expect = (ok: boolean, otherwise: string) => {
    if (!ok) wrong.push(otherwise);
  };

  for (const { job } of jobs) {
    expect(job.status === 'completed', `#${job.seq} ${job.kind} ended as ${job.status}: ${job.message}`);
  }
  const sync = jobs.filter(({ job }) => job.kind === 'sync_repo').at(-1)?.job.result;
  const merged = (sync?.merged ?? []).map(({ branch, into }) => `${branch} into ${into}`).sort();
  expect(
    same(
      merged,
      MERGED.map((name) => `${name} into main`),
    ),
    `sync_repo found merged: ${merged.join(', ') || 'none'}`,
  );
  const heldBack = jobs.find(({ job }) => job.kind === 'restack_repo')?.job.result?.heldBack ?? [];
  expect(
    same(heldBack.map(({ branch }) => branch).sort(), [...HELD_BACK].sort()),
    `restack_repo held back: ${heldBack.map(({ branch }) => branch).join(', ') || 'none'}`,
  );
  const conflict = heldBack.find(({ branch }) => branch === HELD_BACK[0])?.reason;
  const files = conflict?.kind === 'conflict' ? conflict.files.map(({ path }) => path) : [];
  expect(same(files, [CONFLICTING_FILE]), `the conflict was reported in: ${files.join(', ') || 'no file'}`);

  const tips = await remote.tips();
  const rows = new Map(branches.map((row) => [row.name, row]));
  expect(
    same(
      [...rows.keys()].sort(),
      Object.keys(tips)
        .filter((name) => name !== remote.trunk)
        .sort(),
    ),
    'the dashboard does not list the branches that the remote has',
  );
  expect(tips[remote.trunk] === before[remote.trunk], 'trunk was moved');
  expect(rows.get(UNREGISTERED)?.tracked === false, `${UNREGISTERED} is tracked`);
  expect(tips[UNREGISTERED] === before[UNREGISTERED], `${UNREGISTERED} was moved`);

  for (const [branch, parent] of Object.entries(PARENTS)) {
    const row = rows.get(branch);
    expect(row?.tip === tips[branch], `${branch} is not where the dashboard says`);
    if (MERGED.includes(branch)) {
      expect(row?.merged === true, `${branch} is not shown as merged`);
      expect(tips[branch] === before[branch], `${branch} was moved though it is merged`);
      continue;
    }
    expect(row?.parent === parent, `${branch} stands on ${row?.parent ?? 'nothing'}, not on ${parent}`);
    if (HELD_BACK.includes(branch)) {
      expect(tips[branch] === before[branch], `${branch} was moved though it is held back`);
      continue;
    }
    expect(row?.needsRestack === false, `${branch} still needs a restack`);
    expect(tips[branch] !== before[branch], `${branch} was not moved`);
    expect(await remote.contains(branch, parent), `on the remote ${branch} does not stand on ${parent}`);
    expect(await remote.contains(branch, remote.trunk), `on the remote ${branch} is behind ${remote.trunk}`);
    const own = await remote.subjects(branch, parent);
    expect(same(own, subjects[branch] ?? []), `on the remote ${branch} has these commits: ${own.join('; ')}`);
  }
  const conflicting = rows.get(HELD_BACK[0] ?? '')?.forecast;
  expect(
    conflicting?.outcome === 'conflict' && same(conflicting.files, [CONFLICTING_FILE]),
    `the dashboard does not forecast the conflict of ${HELD_BACK[0]}`,
  );
  return wrong;
}

const same = (a: string[], b: string[]) => a.length === b.length && a.every((x, i) => x === b[i]);
