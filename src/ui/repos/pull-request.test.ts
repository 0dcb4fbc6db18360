import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { branchRow } from '../testing/rows';
import { PullRequest } from './pull-request';

const html = (row: Parameters<typeof branchRow>[1], words = false) =>
  renderToStaticMarkup(createElement(PullRequest, { branch: branchRow('a', row), words }));
const text = (markup: string) =>
  markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

describe('a pull request', () => {
  it('is a link that says state, CI and review to who cannot see them', () => {
    const row = {
      prNumber: 12,
      prState: 'open',
      prUrl: 'https://forge.test/pull/12',
      ci: 'failure',
      review: 'approved',
    } as const;
    expect(html(row)).toContain('href="https://forge.test/pull/12"');
    expect(html(row)).toContain('aria-label="pull request 12, open, CI failed, approved"');
    expect(text(html(row))).toBe('#12 ✕');
    expect(text(html(row, true))).toBe('#12 open ✕ CI failed approved');
  });

  it('that is merged or closed is not said to want a review', () => {
    expect(html({ prNumber: 12, prState: 'merged', review: 'required' })).toContain(
      'data-tip="pull request 12, merged"',
    );
  });

  it('is nothing where there is none', () => {
    expect(html({})).toBe('');
  });
});
