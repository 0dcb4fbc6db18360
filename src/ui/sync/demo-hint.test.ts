import { expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { teamGoesOn } from './demo-hint';

const demo = { url: '/srv/data/demo/shop.git' };
const tracked = branchRow('auth/sessions');

it('the demo says what comes next once its stacks are tracked, and no more when that has come', () => {
  expect(teamGoesOn(demo, [branchRow('auth/sessions', { tracked: false, parent: null })])).toBe(false);
  expect(teamGoesOn(demo, [tracked])).toBe(true);
  expect(teamGoesOn(demo, [tracked, branchRow('docs/returns-policy', { tracked: false })])).toBe(false);
});

it('no other repository does', () => {
  expect(teamGoesOn({ url: '/srv/shop.git' }, [tracked])).toBe(false);
});
