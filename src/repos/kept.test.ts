import { describe, expect, it } from 'vitest';
import { isKept, isSuggested } from './kept';
import { hasLongLivedName, type KeptQuestion, keptReasonOf } from './kept-reason';

describe('a name', () => {
  it.each([
    ...['main', 'master', 'develop', 'dev', 'staging', 'production', 'prod', 'stable', 'next', 'gh-pages', 'release'],
    ...['release/1.0', 'releases/2024-05', 'release-1.2', 'v2', 'v1.x', '1.4.x', '3.2-stable', 'maint', 'support/4'],
  ])('%s is that of a long-lived branch', (name) => expect(hasLongLivedName(name)).toBe(true));

  it.each([
    ...[
      'feature',
      'hotfix',
      'hotfix/1.0',
      'fix/release',
      'dev/login',
      'release-notes',
      'release-please--main',
      'v2-api',
    ],
    ...['develop-login', 'next-button', 'production-fix', '1234', 'ada/main', 'JIRA-12', 'main-menu', 'stable-sort'],
  ])('%s is not', (name) => expect(hasLongLivedName(name)).toBe(false));
});

const branch: KeptQuestion = {
  name: 'integration',
  tracked: false,
  isProtected: false,
  pullRequestsInto: 0,
  hasPullRequest: false,
  isInTrunk: false,
};

describe('what speaks for a long-lived branch', () => {
  it('is its protection before its name, and its name before what goes into it', () => {
    expect(keptReasonOf({ ...branch, name: 'develop', isProtected: true })).toBe('protected');
    expect(keptReasonOf({ ...branch, name: 'develop', pullRequestsInto: 5 })).toBe('name');
    expect(keptReasonOf({ ...branch, pullRequestsInto: 3 })).toBe('pull_requests');
    expect(keptReasonOf({ ...branch, pullRequestsInto: 1, isInTrunk: true })).toBe('pull_requests');
    expect(keptReasonOf({ ...branch, isInTrunk: true })).toBe('no_work');
  });

  it('is not that a merge queue tries it, which leaves it out of the suggestions all the same', () => {
    expect(keptReasonOf({ ...branch, name: 'gh-readonly-queue/main/pr-7-0a1b' })).toBe('queue');
    expect(keptReasonOf({ ...branch, name: 'mergify/merge-queue/5f' })).toBe('queue');
    expect(keptReasonOf({ ...branch, name: 'merge-queue/mine' })).toBeNull();
    expect(keptReasonOf({ ...branch, name: 'trunk-merge/pr-1', tracked: true })).toBeNull();
  });

  it('is not a pull request or two on top of it, nor many where it has one itself', () => {
    expect(keptReasonOf({ ...branch, pullRequestsInto: 2 })).toBeNull();
    expect(keptReasonOf({ ...branch, pullRequestsInto: 9, hasPullRequest: true })).toBeNull();
  });

  it('is less of a tracked one: who tracks it knows what it is for', () => {
    expect(keptReasonOf({ ...branch, tracked: true, pullRequestsInto: 9, isInTrunk: true })).toBeNull();
    expect(keptReasonOf({ ...branch, tracked: true, name: 'develop' })).toBe('name');
  });
});

describe('the mark', () => {
  const open = { tracked: false, merged: false, gone: false, suggestedParent: 'main' };
  it('is a person’s word before all that is known', () => {
    expect(isKept({ kept: false, keptReason: 'protected' })).toBe(false);
    expect(isKept({ kept: true, keptReason: null })).toBe(true);
    expect(isSuggested({ ...open, kept: false, keptReason: 'no_work' })).toBe(true);
  });

  it('is not there where a branch only has no work of its own, which is not suggested either', () => {
    expect(isKept({ kept: null, keptReason: 'no_work' })).toBe(false);
    expect(isSuggested({ ...open, kept: null, keptReason: 'no_work' })).toBe(false);
    expect(isKept({ kept: null, keptReason: 'queue' })).toBe(false);
    expect(isSuggested({ ...open, kept: null, keptReason: 'queue' })).toBe(false);
    expect(isSuggested({ ...open, kept: null, keptReason: null })).toBe(true);
  });
});
