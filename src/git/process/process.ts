import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { childEnvironment } from '@/environment';

/**
 * Names a living process so that it cannot be taken for another one with the same number, a later one or one of another
 * system: `<pid>:<start>@<table>`. The start is the system's own count (`/proc/<pid>/stat` field 22; elsewhere
 * `ps -o lstart`), the table is `TABLE`. Null when there is none.
 */
export function identifyProcess(pid: number): string | null {
  const start = startOf(pid);
  return start === null ? null : `${pid}:${start}@${TABLE}`;
}

/** Whether the process that was named so is known to run; one of another process table is not known. */
export function isAlive(identity: string): boolean {
  return identifyProcess(pidOf(identity)) === identity;
}

/** Whether it is known to have ended: it was in the process table that can be seen from here, and no longer is. */
export function isDead(identity: string): boolean {
  return isOurs(identity) && !isAlive(identity);
}

const pidOf = (identity: string) => Number(identity.split(':')[0]);
const isOurs = (identity: string) => identity.endsWith(`@${TABLE}`);

/**
 * Kills every process of the group whose leader was named so; true when there was one to kill. A group keeps
 * its number while any member lives, so a leader of the same number that started later is somebody else's
 * group and is left alone. So is every group of another process table.
 */
export function killGroup(leader: string): boolean {
  if (!isOurs(leader)) return false;
  const pgid = pidOf(leader);
  const now = identifyProcess(pgid);
  if (now !== null && now !== leader) return false;
  try {
    process.kill(-pgid, 'SIGKILL');
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

const LINUX = (() => {
  try {
    return readdirSync('/proc').includes('self');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
})();

/**
 * Names the process table that can be seen from here: the start of the system and the namespace of process numbers.
 * Where it cannot be told, it is a table that nobody else sees.
 */
const TABLE = LINUX ? linuxTable() : process.platform;

function linuxTable(): string {
  try {
    // Where /proc shows another namespace than this process is in, its numbers are not ours.
    if (readlinkSync('/proc/self') !== String(process.pid)) return randomUUID();
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not every sandbox has these files.
    return randomUUID();
  }
}

function startOf(pid: number): string | null {
  try {
    if (!LINUX)
      return (
        execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
          encoding: 'utf8',
          env: childEnvironment(),
        }).trim() || null
      );
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything; the state is the first after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    // No such process: /proc has no entry, and ps exits with 1.
    return null;
  }
}
