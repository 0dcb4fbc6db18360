import { sql } from 'drizzle-orm';
import type { Statement } from '@/db/client';
import type { JobMoveRow } from '@/db/schema';
import type { Projection } from '@/projection/refresh';
import { type Lease, NOW } from '@/queue/lease';

type Moved = Pick<JobMoveRow, 'branch' | 'before' | 'after' | 'parentBefore' | 'parentAfter' | 'baseAfter'>;

/** The statements that write down what a refresh has found, fenced. */
export function recordLandings(
  lease: Lease,
  trunk: string,
  found: Pick<Projection, 'landings' | 'voided' | 'remade' | 'trunkBefore' | 'oldTrunk' | 'follow'>,
): Statement[] {
  const { db, repo, job, held } = lease;
  const { landings, voided, remade, trunkBefore, oldTrunk, follow } = found;
  return [
    ...(oldTrunk === null || follow.length === 0
      ? []
      : [
          db.run(sql`
            update landings set retargeted = (
              select json_group_array(case when value ->> 'parent' = ${oldTrunk}
                and value ->> 'branch' in (select value from json_each(${JSON.stringify(follow)}))
                then json_set(value, '$.parent', ${trunk}) else json(value) end)
              from json_each(retargeted))
            where repo_id = ${repo.id} and retargeted <> '[]' and ${held}`),
        ]),
    ...(trunkBefore === null
      ? []
      : [
          db.run(
            sql`update landings set landed_in = ${trunk} where repo_id = ${repo.id} and landed_in = ${trunkBefore} and ${held}`,
          ),
        ]),
    ...(voided.length > 0
      ? [
          db.run(sql`
            update landings set voided_at = ${NOW}
            where id in (select value from json_each(${JSON.stringify(voided.map(({ id }) => id))})) and ${held}`),
        ]
      : []),
    ...(remade.length > 0
      ? [
          db.run(sql`
            update landings set found_at_commit = value ->> 'at'
            from json_each(${JSON.stringify(remade)}) where landings.id = value ->> 'id' and ${held}`),
        ]
      : []),
    ...(landings.length > 0
      ? [
          db.run(sql`
            insert into landings (repo_id, branch, base, up_to, landed_in, evidence, found_at_commit, job_id)
            select ${repo.id}, value ->> 'branch', value ->> 'base', value ->> 'upTo', value ->> 'into',
                   value ->> 'evidence', value ->> 'at', ${job.id}
            from json_each(${JSON.stringify(landings)}) where ${held}`),
        ]
      : []),
  ];
}

/**
 * The statements that keep landings true over a push of our own: what had landed in a branch is in it where it is now,
 * and what was moved off a merged branch can be put back there. What a person has moved off it is meant to stay. Where an
 * undo puts a branch back that has landed, it has landed as it was before, too.
 */
export function moveLandings(lease: Lease, moves: Moved[]): Statement[] {
  const { db, job, repo, held } = lease;
  const isChosen = (branch: string) =>
    branch === job.branch && (job.kind === 'reparent_branch' || job.kind === 'register_existing_branch');
  const rewritten = moves.filter(({ before, after }) => before !== null && after !== null && before !== after);
  const retargeted = moves.filter(
    ({ branch, parentBefore, parentAfter }) =>
      parentBefore !== null && parentAfter !== null && parentBefore !== parentAfter && !isChosen(branch),
  );
  const back = job.kind === 'undo' ? rewritten : [];
  return [
    ...(back.length > 0
      ? [
          db.run(sql`
            insert into landings (repo_id, branch, base, up_to, landed_in, evidence, found_at_commit, job_id)
            select repo_id, branch, value ->> 'baseAfter', value ->> 'after', landed_in, evidence, found_at_commit, ${job.id}
            from landings join json_each(${JSON.stringify(back)}) on value ->> 'branch' = branch and value ->> 'before' = up_to
            where repo_id = ${repo.id} and voided_at is null and value ->> 'baseAfter' is not null and ${held}
              and not exists (select 1 from landings as known where known.repo_id = ${repo.id} and known.voided_at is null
                and known.branch = value ->> 'branch' and known.up_to = value ->> 'after')`),
        ]
      : []),
    ...(rewritten.length > 0
      ? [
          db.run(sql`
            update landings set found_at_commit = (
              select value ->> 'after' from json_each(${JSON.stringify(rewritten)}) where value ->> 'branch' = landed_in)
            where repo_id = ${repo.id} and voided_at is null and ${held}
              and landed_in in (select value ->> 'branch' from json_each(${JSON.stringify(rewritten)}))`),
        ]
      : []),
    ...retargeted.map(({ branch, parentBefore, parentAfter }) =>
      db.run(sql`
        update landings set retargeted = json_insert(retargeted, '$[#]', json_object('branch', ${branch}, 'parent', ${parentAfter}))
        where repo_id = ${repo.id} and branch = ${parentBefore} and voided_at is null and ${held}
          and exists (select 1 from branches where repo_id = ${repo.id} and name = ${parentBefore} and merged)
          and not exists (select 1 from json_each(retargeted) where value ->> 'branch' = ${branch} and value ->> 'parent' = ${parentAfter})`),
    ),
  ];
}
