import { expect, it } from 'vitest';
import { readTarget } from '@/server/door/target';
import { branchAddress, branchAt } from './address';

it.each(['main', 'feat/auth-ui', 'a/b/c', 'käse', 'a+b&c=d#e', '100%', 'a;b', "it's", '@', 'x?y'])(
  'the address of %s passes the door and leads back to it',
  (name) => {
    const address = branchAddress('018f', name);
    expect(readTarget(address)).not.toHaveProperty('problem');
    const url = new URL(address, 'http://host');
    expect(branchAt(url.pathname, url.searchParams)).toBe(name);
  },
);

it('an address of another page shows no branch', () => {
  const none = new URLSearchParams();
  expect(branchAt('/repos/018f', none)).toBeNull();
  expect(branchAt('/repos/018f/settings', none)).toBeNull();
  expect(branchAt('/repos/018f/branches', none)).toBeNull();
});
