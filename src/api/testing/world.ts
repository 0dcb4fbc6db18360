import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { callerOn } from '@/api/testing/caller';
import type { Db } from '@/db/client';
import { type Files, makeRemote, type Remote } from '@/demo/remote';
import type { ActionKind } from '@/model/kinds';
import type { InProcess } from '@/testing/in-process';

/** What worlds stand on: a folder for their remotes, the database, and what runs their jobs. */
export interface Ground {
  dir: string;
  db: Db;
  jobs: InProcess;
}

/** A remote, and the repo that Spicerack knows it as. */
export class World {
  readonly #api: ReturnType<typeof callerOn>;
  readonly #jobs: InProcess;

  private constructor(
    readonly remote: Remote,
    readonly repoId: string,
    { db, jobs }: Pick<Ground, 'db' | 'jobs'>,
  ) {
    this.#api = callerOn(db);
    this.#jobs = jobs;
  }

  /** main with one file, and a stack on it: a branch for each entry, with its commits; all registered. */
  static async make(
    { dir, db, jobs }: Ground,
    engine: string,
    stack: Record<string, Files[]>,
    start: Files = { app: lines() },
  ): Promise<World> {
    const api = callerOn(db);
    const remote = await makeRemote(await mkdtemp(join(dir, 'remote-')));
    const chain = remote.from('main').commit('Start', start);
    for (const [branch, commits] of Object.entries(stack)) {
      chain.branch(branch);
      for (const [i, files] of commits.entries()) chain.commit(`${branch}${i + 1}`, files);
    }
    await chain.write();
    const { repo } = await api.repos.add({ url: remote.dir });
    await api.repos.update({ repoId: repo.id, engine: engine === 'git' ? 'git' : 'git-spice' });
    const world = new World(remote, repo.id, { db, jobs });
    await jobs.rest();
    await world.run('register_existing_branch', { suggested: true });
    return world;
  }

  async run(
    kind: ActionKind,
    fields: { branch?: string; parent?: string; suggested?: boolean; move?: boolean; base?: string } = {},
  ) {
    const { jobId } = await this.#api.jobs.run({ repoId: this.repoId, kind, ...fields });
    return this.ended(jobId);
  }

  async undo(of: string) {
    const { jobId } = await this.#api.jobs.undo({ jobId: of });
    return this.ended(jobId);
  }

  /** Stops tracking a branch. */
  async untrack(branch: string) {
    const { jobId } = await this.#api.branches.untrack({ repoId: this.repoId, branch });
    return this.ended(jobId);
  }

  /** Marks a branch as long-lived. */
  async keep(branch: string): Promise<void> {
    await this.#api.branches.update({ repoId: this.repoId, branch, kept: true });
  }

  /** Sets the trunk, and syncs. */
  async setTrunk(trunk: string) {
    await this.#api.repos.update({ repoId: this.repoId, trunk });
    return this.sync();
  }

  private async ended(jobId: string) {
    await this.#jobs.rest();
    const { job, moves } = await this.#api.jobs.get({ jobId });
    const { lines: log } = await this.#api.jobs.log({ jobId });
    if (!job.result) throw new Error(`${job.kind}: ${job.message}`);
    return { ...job, result: job.result, moves, log: log.map(({ line }) => line) };
  }

  sync() {
    return this.run('sync_repo');
  }

  restack() {
    return this.run('restack_repo');
  }

  /** What a branch's row says of where it is, in a few words. */
  async state(branch: string): Promise<string> {
    const { [branch]: state = 'unknown' } = await this.states(branch);
    return state;
  }

  /** The same of several branches, at one look. */
  async states(...names: string[]): Promise<Record<string, string>> {
    const { branches } = await this.#api.repos.overview({ repoId: this.repoId });
    const rows = new Map(branches.map((row) => [row.name, row]));
    const state = (branch: string): string => {
      const row = rows.get(branch);
      if (!row) return 'unknown';
      if (row.merged) return 'merged';
      if (row.gone) return 'gone';
      return `on ${rows.get(row.parent ?? '')?.merged ? `merged ${row.parent}` : row.parent}`;
    };
    return Object.fromEntries(names.map((name) => [name, state(name)]));
  }

  /** Commits to main what others do there. */
  async onMain(subject: string, files: Files): Promise<string> {
    const { main = '' } = await this.remote.from('main').commit(subject, files).write();
    return main;
  }
}

/** Ten lines, some of them changed. */
export function lines(changes: Record<number, string> = {}): string {
  return Array.from({ length: 10 }, (_, i) => `${changes[i] ?? `line ${i}`}\n`).join('');
}
