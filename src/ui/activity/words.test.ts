import { describe, expect, it } from 'vitest';
import { jobRow } from '../testing/rows';
import { asker, deed } from './words';

describe('a job in a sentence', () => {
  it.each([
    [jobRow(1, { status: 'completed', requestedBy: 'mara' }), 'mara synced'],
    [jobRow(1, { status: 'queued', requestedBy: 'api' }), 'A client of the API asked to sync'],
    [
      jobRow(1, { kind: 'restack_subtree', branch: 'a', status: 'error', requestedBy: 'dashboard' }),
      'Someone on the dashboard tried to restack a and above',
    ],
    [
      jobRow(1, { kind: 'restack_repo', status: 'completed', requestedBy: 'automatic restack' }),
      'Spicerack by itself restacked all',
    ],
    [
      jobRow(1, { kind: 'reparent_branch', branch: 'a', parent: 'b', status: 'cancelled', requestedBy: 'mara' }),
      'mara asked to move a onto b',
    ],
    [jobRow(1, { kind: 'undo', status: 'completed', requestedBy: 'mara' }), 'mara undid #9'],
  ])('tells who, what, and whether it came to be', (job, sentence) => {
    expect(`${asker(job.requestedBy)} ${deed(job, '#9')}`).toBe(sentence);
  });
});
