import type { GitOptions } from '../process/run';

/** How a command that talks to a remote is bounded. */
export type RemoteOptions = Pick<GitOptions, 'signal' | 'timeoutMs' | 'record' | 'away' | 'env' | 'settings'>;
