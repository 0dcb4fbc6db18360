import { expect, it } from 'vitest';
import { deedOf } from './words';

it.each([
  ['jobs.run', { repoId: 'x', jobId: 'y', kind: 'restack_subtree', branch: 'a' }, 'ran a job: restack_subtree, a'],
  ['access.createToken', { name: 'Mara', role: 'act' }, 'made a token: Mara, act'],
  ['sign_in', {}, 'signed in'],
  ['things.doNew', { branch: 'a\u202e' }, 'things.doNew: a<U+202E>'],
])('the audit log says %s in words, and what it does not know as the call that it was', (action, about, words) => {
  expect(deedOf({ action, about })).toBe(words);
});
