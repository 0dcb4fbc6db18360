import { createSpicerack } from '@spicerack/client';
import { expect, it } from 'vitest';
import { requestedBy } from './requested-by';

/** What the server takes for the asker of a client that says this. */
async function heard(said: string): Promise<string | null> {
  const asked: Headers[] = [];
  const client = createSpicerack({
    url: 'http://spicerack.test',
    requestedBy: said,
    fetch: async (_input, init) => {
      asked.push(new Headers(init?.headers));
      return new Response('{"result":{"data":{"json":{"repos":[]}}}}');
    },
  });
  await client.repos.list();
  return asked[0] ? requestedBy(asked[0]) : null;
}

it('who asks may have a name in any script', async () => {
  expect(await heard('agent 1.0 for Žofie Ångström, 山田')).toBe('agent 1.0 for Žofie Ångström, 山田');
});

it('a name with controls is one line, and a long one is cut', async () => {
  expect(await heard('a\r\nx-evil: 1')).toBe('a  x-evil: 1');
  expect(await heard('ж'.repeat(300))).toBe('ж'.repeat(100));
});

it('a name in the letters of headers themselves is taken as it is', () => {
  expect(requestedBy(new Headers({ 'x-requested-by': 'Ad\xe4' }))).toBe('Adä');
  expect(requestedBy(new Headers())).toBeNull();
  expect(requestedBy(new Headers({ 'x-requested-by': '  ' }))).toBeNull();
});

it('a token that is sent as a name is hidden', () => {
  expect(requestedBy(new Headers({ 'x-requested-by': `x spk_${'a'.repeat(43)}` }))).toBe('x ***');
});
