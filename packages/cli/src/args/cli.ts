import type { StricliProcess } from '@stricli/core';
import type { Session } from '../context/session';
import type { Exit } from '../out/exit';

/** What the parser hands to a command. */
export interface Cli {
  readonly process: StricliProcess;
  readonly cwd: string;
  /** Runs a command and notes how it ended; never throws. */
  runs(isJson: boolean, command: (session: Session) => Promise<Exit>): Promise<void>;
}
