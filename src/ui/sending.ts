import { useState } from 'react';
import { type Problem, problemOf } from './api';

/** What somebody sends by a form or a button. */
export interface Sending {
  /** From the press on; it stays so where all went well, for then what was pressed has done its part. */
  sending: boolean;
  /** Why the last try failed; null from the next press on. */
  problem: Problem | null;
  /** Rejects never. */
  send: (work: () => Promise<unknown>) => Promise<void>;
}

export function useSending(): Sending {
  const [state, setState] = useState<Pick<Sending, 'sending' | 'problem'>>({ sending: false, problem: null });
  return {
    ...state,
    async send(work) {
      setState({ sending: true, problem: null });
      try {
        await work();
      } catch (error) {
        setState({ sending: false, problem: problemOf(error) });
      }
    },
  };
}
