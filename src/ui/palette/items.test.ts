import { describe, expect, it } from 'vitest';
import type { Role } from '@/model/access';
import { branchRow, jobDetail } from '../testing/rows';
import { grouped, itemsOf, questionAt, SHOWN, search } from './items';

const repo = { id: 'repo', name: 'shop', trunk: 'main' };
const here = {
  repo,
  branches: [
    branchRow('cart/total'),
    branchRow('docs', { tracked: false, parent: null }),
    branchRow('old', { merged: true }),
  ],
  jobs: [jobDetail(12, { kind: 'restack_subtree', branch: 'cart/total', status: 'completed' })],
  undoable: null,
  moves: 36,
  movesOf: new Map([['cart/total', 3]]),
};
const found = (typed: string) => search(itemsOf([repo], here, 'administer'), typed).map(({ text }) => text);

describe('the palette', () => {
  it('finds a branch with what can be done with it, the branch itself first', () => {
    expect(found('cart/total')).toEqual([
      'cart/total',
      'Restack cart/total',
      'Rebase cart/total',
      'Move cart/total onto…',
      'History of cart/total',
      '#12 Restack cart/total and above',
    ]);
  });

  it('offers Register for an untracked branch, and nothing that moves a merged one', () => {
    expect(found('docs')).toEqual(['docs', 'Register docs', 'History of docs']);
    expect(found('old')).toEqual(['old', 'History of old']);
  });

  it('takes words in any case, and a job by its number', () => {
    expect(found('TOT resta')[0]).toBe('Restack cart/total');
    expect(found('#12')).toEqual(['#12 Restack cart/total and above']);
  });

  it('asks of what was chosen what is so now, and nothing of what is not offered any more', () => {
    const asked = (moves: number, question: string | null) =>
      questionAt(itemsOf([repo], { ...here, moves }, 'act'), 'restack_repo', () => question);
    expect(asked(42, '42 branches will be pushed.')).toBe('42 branches will be pushed.');
    expect(asked(41, '41 branches will be pushed.')).toBe('41 branches will be pushed.');
    // Where nothing is to be asked any more, it says what it does.
    expect(asked(3, null)).toBe('Restack 3?');
    expect(asked(0, null)).toBeNull();
    expect(questionAt(itemsOf([repo], here, 'act'), null, () => 'Sure?')).toBeNull();
  });

  it('never gives more than it shows', () => {
    const many = Array.from({ length: 1000 }, (_, i) => branchRow(`b/${i}`));
    expect(search(itemsOf([repo], { ...here, branches: many }, 'read'), 'b/')).toHaveLength(SHOWN);
  });

  it('offers repos and pages where one is at no repo', () => {
    const items = search(itemsOf([repo], null, 'administer'), '').map(({ text }) => text);
    expect(items).toEqual([
      'shop',
      'Add a repository',
      'Access',
      'Status',
      'Theme: system',
      'Theme: light',
      'Theme: dark',
    ]);
  });

  it('offers no Restack of the whole repo where nothing would move', () => {
    const texts = itemsOf([repo], { ...here, moves: 0 }, 'act').map(({ text }) => text);
    expect(texts).toContain('Restack cart/total');
    expect(texts).not.toContainEqual(expect.stringMatching(/^Restack( all| \d+)?$/));
  });

  it('offers no Restack of a branch that moves nothing', () => {
    const texts = itemsOf([repo], { ...here, movesOf: new Map() }, 'act').map(({ text }) => text);
    expect(texts).toContain('Rebase cart/total');
    expect(texts).not.toContain('Restack cart/total');
  });

  it('offers nothing that who looks may not do', () => {
    const offers = (role: Role) => itemsOf([repo], here, role).map(({ text }) => text);
    expect(offers('read')).not.toContainEqual(
      expect.stringMatching(/^(Sync|Restack|Rebase|Move|Register|Settings|Add|Access)/),
    );
    expect(offers('read')).toContain('History of cart/total');
    expect(offers('act')).toEqual(expect.arrayContaining(['Restack 36', 'Move cart/total onto…']));
    expect(offers('act')).not.toContain('Settings');
  });

  it('stands in groups, under the words of what holds the best', () => {
    const of = (typed: string) =>
      grouped(search(itemsOf([repo], here, 'administer'), typed)).map(({ value, items }) => [value, items.length]);
    expect(of('cart/total')).toEqual([
      ['Branches', 5],
      ['Jobs', 1],
    ]);
    expect(of('').map(([value]) => value)).toEqual(['Do', 'Go to', 'Settings', 'Branches', 'Jobs']);
  });

  it('begins with what was chosen last, where nothing is typed', () => {
    const items = itemsOf([repo], here, 'administer');
    const recent = ['branch docs', 'gone meanwhile', 'sync_repo'];
    expect(grouped(search(items, '', recent))[0]).toMatchObject({
      value: 'Recent',
      items: [{ text: 'docs' }, { text: 'Sync' }],
    });
    expect(search(items, 'sync', recent).map(({ group }) => group)).toEqual(['Do']);
  });

  it('undoes the newest job that can be undone, and begins a task, for who may act', () => {
    const undoable = jobDetail(12, { kind: 'restack_subtree', branch: 'cart/total', status: 'completed' }).job;
    const texts = (role: Role) => itemsOf([repo], { ...here, undoable }, role).map(({ text }) => text);
    for (const text of ['Undo #12', 'New task']) {
      expect(texts('act')).toContain(text);
      expect(texts('read')).not.toContain(text);
    }
  });
});
