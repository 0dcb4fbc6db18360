import { describe, expect, it } from 'vitest';
import { type AllowLists, roleOf } from './allow';

const LISTS: AllowLists = {
  read: ['@example.com'],
  act: ['group:devs', 'jo@other.example'],
  administer: ['mara@example.com'],
};
const role = (name: string, ...groups: string[]) => roleOf({ name, groups }, LISTS);

describe('an allow list', () => {
  it('names people, whole domains and groups, and the most of all lists counts', () => {
    expect(role('mara@example.com')).toBe('administer');
    expect(role('MARA@Example.com', 'devs')).toBe('administer');
    expect(role('zoe@example.com')).toBe('read');
    expect(role('zoe@example.com', 'Devs')).toBe('act');
    expect(role('jo@other.example')).toBe('act');
  });

  it('names nobody who only looks like somebody', () => {
    for (const name of [
      'mara@example.com.evil',
      'mara@notexample.com',
      'x@sub.example.com',
      '@example.com',
      'group:devs',
      '*',
      'devs',
    ]) {
      expect(role(name), name).toBeNull();
    }
    expect(role('x', '*')).toBeNull();
    expect(role('x', 'mara@example.com')).toBeNull();
  });

  it('may name everybody', () => {
    expect(roleOf({ name: 'anyone', groups: [] }, { read: ['*'], act: [], administer: [] })).toBe('read');
  });
});
