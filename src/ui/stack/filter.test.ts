import { describe, expect, it } from 'vitest';
import { branchStates } from '@/repos/branch-state';
import { branchRow } from '../testing/rows';
import { filterOf, filterStack, type StackView, viewName, viewOf } from './filter';
import { layoutStack } from './layout';

const conflict = { tip: '', parentTip: '', outcome: 'conflict', files: ['a.ts'] } as const;
const branches = [
  branchRow('low', { subject: 'Log-in form' }),
  branchRow('mid', { parent: 'low' }),
  branchRow('top', { parent: 'mid', needsRestack: true, forecast: { ...conflict, files: ['a.ts'] } }),
  branchRow('side', { parent: 'low', needsRestack: true }),
  branchRow('old', { merged: true, needsRestack: true }),
  branchRow('new', { tracked: false, parent: null }),
];
const states = branchStates({ rows: branches, trunk: 'main', restack: null });

/** What a view shows from top to bottom; what is dimmed in brackets. */
function shown(view: Partial<StackView>): string[] {
  const { rows, beside, dimmed } = filterStack(branches, states, layoutStack(branches), {
    filter: 'all',
    search: '',
    ...view,
  });
  return [...rows.map(({ branch }) => branch.name), ...beside.map(({ name }) => name)].map((name) =>
    dimmed.has(name) ? `(${name})` : name,
  );
}

describe('a filter of the stack', () => {
  it('keeps what stands below a branch that it keeps, dimmed', () => {
    expect(shown({ filter: 'needs_restack' })).toEqual(['(low)', 'side']);
    expect(shown({ filter: 'conflicts' })).toEqual(['(low)', '(mid)', 'top']);
  });

  it('leaves out what is merged or gone unless it is asked for', () => {
    expect(shown({ filter: 'untracked' })).toEqual(['new']);
    expect(shown({ filter: 'merged' })).toEqual(['old']);
    expect(shown({ filter: 'active' })).not.toContain('old');
  });

  it('is all where an address names none that is known', () => {
    expect(filterOf('conflicts')).toBe('conflicts');
    expect(filterOf('everything')).toBe('all');
    expect(filterOf(null)).toBe('all');
  });
});

describe('the name of a view', () => {
  const named = (query: string) => viewName(viewOf(new URLSearchParams(query)));

  it('says whose it is, which filter and which words it has', () => {
    expect(named('q=author%3Ame')).toBe('Mine');
    expect(named('filter=needs_restack&q=author%3Ame+pay')).toBe('Mine · Will move · pay');
    expect(named('q=author%3Aagents')).toBe('Agents’');
    expect(named('q=author%3Amara')).toBe('author:mara');
  });

  it('is its order where it shows all, which is no order where it leaves branches out', () => {
    expect(named('sort=owner')).toBe('By owner');
    expect(named('filter=conflicts&sort=owner')).toBe('Conflicts');
    expect(named('')).toBe('All');
  });
});

describe('a search of the stack', () => {
  it('looks into names and subjects, in any case', () => {
    expect(shown({ search: ' TOP ' })).toEqual(['(low)', '(mid)', 'top']);
    expect(shown({ search: 'log-in' })).toEqual(['low']);
    expect(shown({ search: 'nothing of the kind' })).toEqual([]);
  });

  it('is within the filter, and what moves with a branch counts what is not shown too', () => {
    expect(shown({ filter: 'needs_restack', search: 'side' })).toEqual(['(low)', 'side']);
    const { rows } = filterStack(branches, states, layoutStack(branches), { filter: 'all', search: 'low' });
    expect(rows.map(({ branch, above }) => [branch.name, above])).toEqual([['low', 3]]);
  });
});
