import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { shutdownSignal } from './shutdown';

/** What Node warns of where so many listen. */
async function warningsOf(signal: AbortSignal, listeners: number): Promise<string[]> {
  const warnings: string[] = [];
  const heard = ({ name }: Error) => warnings.push(name);
  process.on('warning', heard);
  for (let i = 0; i < listeners; i += 1) signal.addEventListener('abort', () => undefined, { once: true });
  await setImmediate();
  process.off('warning', heard);
  return warnings;
}

it('as many may listen to the end of the server as streams are open, without a word of a leak', async () => {
  expect(await warningsOf(shutdownSignal(), 200)).toEqual([]);
  expect(await warningsOf(new AbortController().signal, 200)).toEqual(['MaxListenersExceededWarning']);
});
