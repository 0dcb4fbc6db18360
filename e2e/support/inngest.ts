import { readdirSync, readFileSync } from 'node:fs';

/**
 * Kills the Inngest server that calls this app (Linux only); it keeps its state in a folder that goes with it, so
 * that is lost.
 * @returns how many processes were killed
 */
export function killInngest(appUrl: string): number {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  const ours = pids.filter((pid) => {
    try {
      const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return args.includes(`${appUrl}/api/inngest`) && !args[0]?.endsWith('sh');
    } catch {
      // It ended while we looked.
      return false;
    }
  });
  for (const pid of ours) process.kill(Number(pid), 'SIGKILL');
  return ours.length;
}
