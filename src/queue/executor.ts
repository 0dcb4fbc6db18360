import type { JobRef } from './lease';

/** Where jobs run. `dispatch` hands a run over; it may be lost, or come twice, without harm. */
export interface Executor {
  readonly name: 'inngest' | 'inline';
  /** @throws when the run could not be handed over within a few seconds */
  dispatch(ref: JobRef): Promise<void>;
  /** Told of a run that it took and that nobody has begun; left out where none can be lost but with this process. */
  lost?(): void;
}
