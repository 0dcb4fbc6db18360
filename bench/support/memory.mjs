import { writeSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';

// For `node --import`: a process that is measured says on SIGUSR2 what it holds once nothing is left to collect.
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  // Not by the console: what a server says by that is its log's.
  writeSync(1, `memory ${JSON.stringify({ rss, held: heapUsed + external })}\n`);
});
