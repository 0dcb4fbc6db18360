/** One row of the benchmark: a subject against references measured in the same run, their runs interleaved. */
export interface BenchRow {
  name: string;
  subject: { label: string; medianMs: number };
  /**
   * `ratio` is the reference's median over the subject's: above 1, the subject is the faster one. `goal` is what it is to
   * be at least; left out where the reference is there to compare with alone.
   */
  references: Array<{ label: string; medianMs: number; ratio: number; goal?: number }>;
  /** How often each was measured. */
  runs: number;
}

/** Something to measure. `prepare` makes what a run needs and is not timed. */
export interface Contestant<T = unknown> {
  label: string;
  /** Of a reference: the subject is to take at most so many times as long. */
  atMost?: number;
  prepare(): Promise<T>;
  run(prepared: T): Promise<unknown>;
}

/** Measures the first contestant against the others: one of each in turn, `runs` times, after one round to warm up. */
export async function measure(name: string, contestants: Contestant[], runs: number): Promise<BenchRow> {
  const times = contestants.map((): number[] => []);
  for (let round = -1; round < runs; round += 1) {
    for (const [i, contestant] of contestants.entries()) {
      const prepared = await contestant.prepare();
      const start = performance.now();
      await contestant.run(prepared);
      if (round >= 0) times[i]?.push(performance.now() - start);
    }
  }
  const [subject, ...references] = contestants.map(({ label, atMost }, i) => ({
    label,
    medianMs: median(times[i] ?? []),
    ...(atMost === undefined ? {} : { goal: 1 / atMost }),
  }));
  if (!subject) throw new Error('nothing to measure');
  return {
    name,
    subject,
    references: references.map((one) => ({ ...one, ratio: one.medianMs / subject.medianMs })),
    runs,
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}
