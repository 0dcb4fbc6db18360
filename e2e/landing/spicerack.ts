import { rmSync } from 'node:fs';
import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/api/router';
import { callerOn } from '@/api/testing/caller';
import type { Db } from '@/db/client';
import { cloneDir } from '@/git/clone/clone-dir';
import type { EngineName } from '@/model/plan';
import { inProcess } from '@/testing/in-process';
import type { Job } from './moves';

type Outputs = inferRouterOutputs<AppRouter>;
export type Row = Outputs['repos']['overview']['branches'][number];

/** How a job ended, in all that the API tells of it. */
export interface Report {
  detail: Outputs['jobs']['get'];
  log: string[];
  rows: Map<string, Row>;
}

/** One repository in Spicerack, asked through the API alone; its jobs run in the test's own process. */
export interface Spicerack {
  /** Registers every branch that is on the remote, each on the parent that is suggested. */
  registerAll(): Promise<Report>;
  register(branch: string, parent: string): Promise<Report>;
  /** Runs the job to its end, or says why it was refused. */
  run(job: Job): Promise<Report | { refused: string }>;
  /** Throws the clone away. */
  close(): void;
}

export async function addToSpicerack(db: Db, url: string, engine: EngineName): Promise<Spicerack> {
  const shutdown = new AbortController().signal;
  const api = callerOn(db, { shutdown });
  const jobs = inProcess(db);

  const added = await api.repos.add({ url });
  const repoId = added.repo.id;
  await api.repos.update({ repoId, engine });
  await jobs.rest();

  async function report(jobId: string): Promise<Report> {
    await jobs.rest();
    const detail = await api.jobs.get({ jobId });
    const { lines } = await api.jobs.log({ jobId });
    const { branches } = await api.repos.overview({ repoId });
    return { detail, log: lines.map(({ line }) => line), rows: new Map(branches.map((row) => [row.name, row])) };
  }
  const ask = async (fields: Omit<Parameters<typeof api.jobs.run>[0], 'repoId'>) =>
    report((await api.jobs.run({ repoId, ...fields })).jobId);

  return {
    registerAll: () => ask({ kind: 'register_existing_branch', suggested: true }),
    register: (branch, parent) => ask({ kind: 'register_existing_branch', branch, parent }),
    async run({ do: _, ...fields }) {
      let jobId: string;
      try {
        jobId = (await api.jobs.run({ repoId, ...fields })).jobId;
      } catch (error) {
        return { refused: error instanceof Error ? error.message : String(error) };
      }
      return report(jobId);
    },
    close: () => rmSync(cloneDir(repoId), { recursive: true, force: true }),
  };
}
