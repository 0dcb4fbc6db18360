import { expect, test } from 'vitest';
import { classify, type GitErrorKind } from './error';

/** What git, ssh and the hosts say, where no test of ours can make them say it. */
const WORDS: Array<[GitErrorKind, string]> = [
  ['auth', 'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.'],
  ['auth', 'git@host: Permission denied (publickey,password).\nfatal: Could not read from remote repository.'],
  ['auth', 'Host key verification failed.\nfatal: Could not read from remote repository.'],
  [
    'auth',
    "remote: Permission to acme/shop.git denied to ada.\nfatal: unable to access 'x': The requested URL returned error: 403",
  ],
  [
    'auth',
    'ERROR: The key you are authenticating with has been marked as read only.\nfatal: Could not read from remote repository.',
  ],
  ['not_found', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.'],
  [
    'not_found',
    'remote: The project you were looking for could not be found or you do not have permission to view it.',
  ],
  [
    'not_found',
    'remote: TF401019: The Git repository with name or identifier shop does not exist or you do not have permissions',
  ],
  [
    'unreachable',
    'ssh: connect to host git.example.com port 22: Connection timed out\nfatal: Could not read from remote repository.',
  ],
  [
    'unreachable',
    'ssh: Could not resolve hostname nowhere: Name or service not known\nfatal: Could not read from remote repository.',
  ],
  ['unreachable', 'error: RPC failed; curl 56 GnuTLS recv error (-9)\nfatal: early EOF\nfatal: index-pack failed'],
  [
    'unreachable',
    'kex_exchange_identification: Connection closed by remote host\nfatal: Could not read from remote repository.',
  ],
  ['lock', "fatal: Unable to create '/x/packed-refs.lock': File exists."],
  ['disk_full', 'fatal: write error: No space left on device'],
  [
    'failed',
    "fatal: detected dubious ownership in repository at '/srv/x'\nfatal: Could not read from remote repository.",
  ],
  // The data directory is not ours to write to: no login would help.
  ['failed', 'fatal: cannot mkdir objects/ab: Permission denied'],
  ['failed', "fatal: path 'a' does not exist in 'main'"],
];

test.each(WORDS)('%s: %s', (kind, words) => {
  expect(classify(['fetch'], 128, words).kind).toBe(kind);
});
