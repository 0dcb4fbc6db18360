import { describe, expect, it, test } from 'vitest';
import { readRefusal } from '../remote/push';
import { classify, type GitErrorKind } from './error';
import { hostWords } from './said';

/** The same words, said by our own git and by the far side. */
const WORDS: Array<[GitErrorKind, string]> = [
  ['corrupt', 'fatal: bad tree object 0f1e2d'],
  ['refused', 'remote: fatal: bad tree object 0f1e2d\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output'],
  ['corrupt', 'fatal: pack has 1 unresolved deltas\nfatal: fetch-pack: invalid index-pack output'],
  ['refused', 'remote: fatal: unresolved deltas left\nerror: remote unpack failed: index-pack abnormal exit'],
  ['disk_full', 'fatal: write error: No space left on device'],
  ['refused', 'error: remote unpack failed: unable to write loose object file: No space left on device'],
  ['refused', 'fatal: remote error: object file objects/0f/1e2d is empty'],
];
test.each(WORDS)('%s: %s', (kind, words) => expect(classify(['fetch'], 128, words).kind).toBe(kind));

test('of the host’s words its frame and git’s own are left out', () => {
  const words = `remote: \nremote: ========================\nremote: \nremote: ERROR: You may not push.\nremote: Ask Ada.\nremote:
fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n`;
  expect(hostWords(words)).toBe('You may not push.\nAsk Ada.');
});

describe('a push that failed', () => {
  const REF = '!\trefs/heads/a:refs/heads/a\t';
  it.each([
    ['', 'ERROR: no\nfatal: Could not read from remote repository.'],
    [
      '',
      'error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nfatal: the remote end hung up unexpectedly',
    ],
    ['', "fatal: unable to access 'https://x/': The requested URL returned error: 503"],
    [
      '',
      'error: Cannot access URL http://x/, return code 22\nfatal: git-http-push failed\nerror: failed to push some refs',
    ],
    ['', 'error: no DAV locking support on http://x/\nfatal: git-http-push failed'],
    [`${REF}[remote rejected] (unpacker error)`, 'error: remote unpack failed: index-pack abnormal exit'],
  ])('is known to have moved nothing: %s %s', (stdout, stderr) => {
    expect(readRefusal(stdout, stderr)?.kind).toBe('declined');
  });

  it('is no refusal of the remote where our own git broke off what it was to take', () => {
    const stdout = `${REF}[remote rejected] (unpacker error)`;
    const unpack = 'error: remote unpack failed: eof before pack header was fully read';
    const kindOf = (stderr: string) => {
      const answer = readRefusal(stdout, stderr);
      return answer?.kind === 'declined' ? answer.error.kind : answer;
    };
    expect(kindOf(`fatal: Out of memory, malloc failed (tried to allocate 9 bytes)\n${unpack}`)).toBe('too_large');
    expect(kindOf(`remote: fatal: Out of memory, malloc failed (tried to allocate 9 bytes)\n${unpack}`)).toBe(
      'refused',
    );
    expect(kindOf(unpack)).toBe('refused');
  });

  it.each([
    [
      '',
      'error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nfatal: the remote end hung up unexpectedly',
    ],
    ['', 'send-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly'],
    ['', 'fatal: the remote end hung up unexpectedly'],
    // What a hook prints proves nothing.
    ['', 'remote: fatal: Could not read from remote repository\nfatal: the remote end hung up unexpectedly'],
  ])('may have moved its refs: %s %s', (stdout, stderr) => expect(readRefusal(stdout, stderr)).toBeNull());
});
