import { expect, test } from 'vitest';
import { Conversation } from './conversation';
import { runProgram } from './run';

test('a program that somebody kills is told from one that fails, whatever exit codes are answers', async () => {
  const killed = runProgram('/bin/sh', ['-c', 'kill -9 $$'], { okCodes: [0, 1, 128] });
  await expect(killed).rejects.toMatchObject({ name: 'GitError', kind: 'killed' });
  await expect(runProgram('/bin/sh', ['-c', 'exit 1'], {})).rejects.toMatchObject({ kind: 'failed' });
});

test('a program that dies of itself has failed', async () => {
  await expect(runProgram('/bin/sh', ['-c', 'kill -ABRT $$'], {})).rejects.toMatchObject({ kind: 'failed' });
});

test('a conversation ends with the same distinction', async () => {
  const talk = (script: string) =>
    new Conversation(['-c', `alias.talk=!${script}`, 'talk'], {}).ask('?\n', () => () => ({ atLeast: 1 }));
  await expect(talk('kill -9 $PPID')).rejects.toMatchObject({ name: 'GitError', kind: 'killed' });
  await expect(talk('exit 1')).rejects.toMatchObject({ kind: 'failed' });
});
