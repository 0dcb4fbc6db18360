import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A port that somebody listens on, and whether only this machine can reach it. */
export interface Listening {
  loopback: boolean;
  port: number;
}

/** The ports that a process and everything it has started listen on (TCP) or are bound to (UDP). Linux alone tells. */
export function listeningPorts(pid: number): Listening[] {
  const sockets = new Set(tree(pid).flatMap(socketsOf));
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((table) =>
    read(`/proc/net/${table}`)
      .split('\n')
      .slice(1)
      .flatMap((line): Listening[] => {
        const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
        if (!sockets.has(inode) || (table.startsWith('tcp') && state !== LISTEN)) return [];
        const [address = '', port = ''] = local.split(':');
        return [{ loopback: LOOPBACK.has(address), port: Number.parseInt(port, 16) }];
      }),
  );
}

const LISTEN = '0A';
/** 127.0.0.1, ::1 and ::ffff:127.0.0.1 as little-endian words. */
const LOOPBACK = new Set(['0100007F', '00000000000000000000000001000000', '0000000000000000FFFF00000100007F']);

/** The process and its descendants. */
function tree(pid: number): number[] {
  const processes = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : '';
    // The second field is the program's name in brackets and may hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return stat ? [{ id: Number(name), parent }] : [];
  });
  const found = [pid];
  for (const one of found) for (const { id, parent } of processes) if (parent === one) found.push(id);
  return found;
}

/** The inodes of the sockets that a process holds. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? [];
      } catch {
        // Closed since it was listed.
        return [];
      }
    });
  } catch {
    // It has ended since it was listed.
    return [];
  }
}

/** A file of `/proc`; empty where its process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
