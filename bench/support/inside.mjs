import { writeSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import v8 from 'node:v8';
import vm from 'node:vm';

// For `node --import`: a process that is measured says on SIGUSR2 what it holds once nothing is left to collect, and how
// long its loop stood still at most since it was asked last.
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('SIGUSR2', () => {
  // The longest time between two ticks that were to be a resolution apart.
  const stop = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  // Once the clock has seen that collecting stopped it.
  setTimeout(() => {
    delay.reset();
    // Not by the console: what a server says by that is its log's.
    writeSync(1, `inside ${JSON.stringify({ rss, held: heapUsed + external, stop })}\n`);
  }, 10 * RESOLUTION_MS);
});
