import { LibsqlError } from '@libsql/client';
import { expect, it, vi } from 'vitest';
import { databaseTrouble, logFailure } from './trouble';

it('what happens by itself is part of the advice where a server runs, and no part of it where none does', () => {
  const trouble = databaseTrouble(new LibsqlError('database or disk is full', 'SQLITE_FULL'));
  expect(trouble?.hint).toBe(`Nothing is lost; jobs go on by themselves when there is room. ${trouble?.remedy}`);
  expect(trouble?.remedy).toMatch(/^Free some room/);
});

it('all that fails for the database is one line, and what fails otherwise another one', () => {
  vi.stubEnv('SPICERACK_LOG', 'json');
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    const away = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8080') });
    logFailure('round_failed', 'The queue cannot be read', away);
    logFailure('round_failed', 'A forecast cannot be computed', away);
    logFailure('upkeep_failed', 'Upkeep failed', new LibsqlError('database is locked', 'SQLITE_BUSY'));
    logFailure('upkeep_failed', 'A clone cannot be tended', new Error('no such folder'), { repoId: 'r' });
    const lines = written.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(lines).toMatchObject([
      { event: 'database_failed', why: 'fetch failed: connect ECONNREFUSED 127.0.0.1:8080' },
      { event: 'upkeep_failed', why: 'no such folder', repoId: 'r' },
    ]);
  } finally {
    written.mockRestore();
    vi.unstubAllEnvs();
  }
});
