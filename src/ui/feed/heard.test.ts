import { expect, it } from 'vitest';
import { hear } from './heard';

/** How often the server was heard when its stream has said all of that. */
function heardAfter(...said: string[]): number {
  let times = 0;
  const stream = new EventTarget();
  hear(stream, () => {
    times += 1;
  });
  for (const each of said) stream.dispatchEvent(new Event(each));
  return times;
}

it('the server is heard with its answer, with every ping and with every change', () => {
  expect(heardAfter('open', 'connected', 'ping', 'message', 'ping')).toBe(5);
});

it('and not where its stream breaks', () => {
  expect(heardAfter('error')).toBe(0);
});
