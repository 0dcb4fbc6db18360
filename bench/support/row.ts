/** One row of the benchmark: a subject against references measured in the same run, their runs interleaved. */
export interface BenchRow {
  name: string;
  /** What is measured, where that is no time: `KB`. */
  unit?: string;
  subject: Measured;
  /**
   * `ratio` is the reference's median over the subject's: above 1, the subject is the faster one. `goal` is what it is to
   * be at least; left out where the reference is there to compare with alone.
   */
  references: Array<Measured & { ratio: number; goal?: number }>;
  /** How often each was measured. */
  runs: number;
}

export interface Measured {
  label: string;
  /** Milliseconds, unless the row has another unit. */
  median: number;
  /** What 99 of 100 runs stayed within, where there were so many. */
  p99?: number;
}

/** Something to measure. `prepare`, where there is one, makes what a run needs and is not timed. */
export interface Contestant<T = unknown> {
  label: string;
  /** Of a reference: the subject is to take at most so many times as long. */
  atMost?: number;
  prepare?(): Promise<T>;
  run(prepared: T): Promise<unknown>;
}

/** Measures the first contestant against the others: one of each in turn, `runs` times, after one round to warm up. */
export async function measure(name: string, contestants: Contestant[], runs: number): Promise<BenchRow> {
  const times = contestants.map((): number[] => []);
  for (let round = -1; round < runs; round += 1) {
    for (const [i, contestant] of contestants.entries()) {
      const prepared = await contestant.prepare?.();
      const start = performance.now();
      await contestant.run(prepared);
      if (round >= 0) times[i]?.push(performance.now() - start);
    }
  }
  const measured = contestants.map(({ label, atMost }, i) => {
    const mine = times[i] ?? [];
    const p99 = mine.length >= FOR_P99 ? { p99: percentile(mine, 0.99) } : {};
    return { label, median: median(mine), ...p99, ...(atMost === undefined ? {} : { atMost }) };
  });
  return { ...compare(name, measured), runs };
}

/** So few runs have no hundredth. */
const FOR_P99 = 100;

/** The first of what was measured against the others. A limit that is no measurement is a reference as well. */
export function compare(name: string, measured: Array<Measured & { atMost?: number }>): Omit<BenchRow, 'runs'> {
  const [first, ...others] = measured;
  if (!first) throw new Error('nothing to measure');
  const { atMost: _, ...subject } = first;
  const references = others.map(({ atMost, ...one }) => {
    const goal = atMost === undefined ? {} : { goal: 1 / atMost };
    return { ...one, ratio: one.median / subject.median, ...goal };
  });
  return { name, subject, references };
}

/** The smallest of the values that so large a share of them does not exceed. */
function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[(sorted.length - 1) >> 1], sorted[middle]];
  return (low + high) / 2;
}
