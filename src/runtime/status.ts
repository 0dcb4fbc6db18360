import type { EngineName } from '@/model/plan';
import type { ProgramStatus } from './program-status';

/** What this process runs jobs with. Filled in by `startRuntime`; read by requests, which must not start anything. */
export interface RuntimeStatus {
  executor: { name: 'inngest' | 'inline'; why: string };
  /** The engine that a repo on `auto` gets; null where the one that was asked for is missing. */
  engine: { name: EngineName | null; why: string };
  git: { version: string | null; problem: string | null };
  /** Itself, and the programs that it runs or could run. */
  programs: ProgramStatus[];
  /** Since when, as ISO 8601. */
  startedAt: string;
}

const shared = globalThis as typeof globalThis & { __spicerackStatus?: RuntimeStatus };

export function setRuntimeStatus(status: RuntimeStatus): void {
  shared.__spicerackStatus = status;
}

/** What is known so far; before the runtime has started it says so. */
export function runtimeStatus(): RuntimeStatus {
  const starting = 'The server is still starting.';
  return (
    shared.__spicerackStatus ?? {
      executor: { name: 'inline', why: starting },
      engine: { name: null, why: starting },
      git: { version: null, problem: starting },
      programs: [],
      startedAt: new Date().toISOString(),
    }
  );
}
