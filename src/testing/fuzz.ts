import type { Parameters } from 'fast-check';

/**
 * How many cases a property is tried with, and from which seed. `npm test` runs the same few every time;
 * `SPICERACK_FUZZ=20` runs twenty times as many, from a seed of the day. A failure prints its seed and path:
 * `SPICERACK_FUZZ_SEED=<seed>` begins there, with `SPICERACK_FUZZ_PATH=<path>` at the very case.
 */
export function fuzzing<T>(cases: number): Parameters<T> {
  const { SPICERACK_FUZZ: factor = '1', SPICERACK_FUZZ_SEED: seed, SPICERACK_FUZZ_PATH: path } = process.env;
  return {
    numRuns: Math.ceil(cases * Number(factor)),
    seed: seed ? Number(seed) : factor === '1' ? 1 : Math.floor(Date.now() / 1000),
    ...(path ? { path } : {}),
  };
}

/** How long such a test may take, in milliseconds, when the plain one takes `ms` at most. */
export function fuzzTimeout(ms: number): number {
  return ms * Math.max(1, Number(process.env.SPICERACK_FUZZ ?? 1));
}
