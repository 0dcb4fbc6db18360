import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { childEnvironment } from '@/environment';

/**
 * Names a living process so that it cannot be taken for a later one with the same number: `<pid>:<start>`.
 * The start is the system's own count (`/proc/<pid>/stat` field 22; elsewhere `ps -o lstart`). Null when there is none.
 */
export function identifyProcess(pid: number): string | null {
  const start = startOf(pid);
  return start === null ? null : `${pid}:${start}`;
}

/** Whether the process that was named so still runs. */
export function isAlive(identity: string): boolean {
  const pid = Number(identity.split(':')[0]);
  return identifyProcess(pid) === identity;
}

/**
 * Kills every process of the group whose leader was named so; true when there was one to kill. A group keeps
 * its number while any member lives, so a leader of the same number that started later is somebody else's
 * group and is left alone.
 */
export function killGroup(leader: string): boolean {
  const pgid = Number(leader.split(':')[0]);
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
