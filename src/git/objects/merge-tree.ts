import { says } from '@/text/says';
import { whenLate } from '@/time-limit';
import { isTooLarge, MAX_ANSWER, MAX_CONFLICT_PATHS, MAX_TOO_LARGE, tooLarge } from '../process/bounds';
import { Conversation, type Reading } from '../process/conversation';
import { classify, GitError } from '../process/error';
import { Inbox } from '../process/inbox';
import { type GitOptions, git, gitChunks } from '../process/run';
import { formatCommit, formatTree } from './commit';
import { openQuarantine, type Quarantine } from './objects';

/** Two commits to merge, by id. */
export interface MergePair {
  ours: string;
  theirs: string;
}

/** A pair of a batch. */
export interface BatchPair extends MergePair {
  /**
   * The commit to use as the merge base, an ancestor of `theirs`, where it is not the one that git finds; with it
   * the tree of `ours`. git 2.39 takes no base, so a throw-away commit of that tree on the base stands in for `ours`.
   */
  base?: { commit: string; oursTree: string } | undefined;
  /** The merge base that git finds, where it is known to be the only one. */
  onlyBase?: string | undefined;
}

/**
 * Outcome of a merge: the merged tree, or the paths in conflict (each once, `MAX_CONFLICT_PATHS` at most; none where git
 * could not even say). `tooLarge`: the merge is more than git may hold or than is read, so nobody knows.
 */
export type MergeOutcome = { clean: true; tree: string } | { clean: false; files: string[]; tooLarge?: true };

/** The conflicts of one merge. */
export interface ConflictDetail {
  /** Tree that holds the conflicted texts. */
  tree: string;
  /**
   * Paths are latin1, byte for byte. Kinds are git's own, such as `contents` or `modify/delete`. `inTree`: what the tree
   * calls it, which is more than one name where the sides have no place beside each other.
   */
  files: Array<{ path: string; kinds: string[]; inTree: string[] }>;
}

/**
 * Unrelated histories may be merged: refusing ends the whole process. Objects are not compressed, for they are
 * compared or packed and then gone.
 */
const MERGE = ['-c', 'core.looseCompression=0', 'merge-tree', '--write-tree', '--allow-unrelated-histories'];
const BATCH = [...MERGE, '--stdin', '--name-only', '--no-messages'];
/** Renormalizing makes git 2.39 abort where there is no work tree. */
const BARE = ['-c', 'merge.renormalize=false'];

/**
 * Merges pairs of commits in one process and answers in their order: `mergeTrees` (`git/trees/merge-trees.ts`) where it
 * needs git.
 * @throws GitError when a commit does not exist.
 */
export async function mergeByGit(gitDir: string, pairs: BatchPair[], signal?: AbortSignal): Promise<MergeOutcome[]> {
  if (pairs.length === 0) return [];
  const quarantine = await openQuarantine(gitDir, pairs[0]?.ours.length);
  try {
    const merges = pairs.map(({ ours, theirs, base }): MergePair => {
      if (!base) return { ours, theirs };
      const author = 'Spicerack <> 0 +0000';
      const standIn = { tree: base.oursTree, parents: [base.commit], author, encoding: null, message: '' };
      return { ours: quarantine.write('commit', formatCommit(standIn, author)), theirs };
    });
    return await mergeBatch([...BARE, ...BATCH], merges, { gitDir, env: quarantine.env, signal });
  } finally {
    await quarantine.discard();
  }
}

/** @param room how many pairs may be too large before the whole batch is */
async function mergeBatch(
  args: string[],
  pairs: MergePair[],
  options: GitOptions,
  room = { left: MAX_TOO_LARGE },
): Promise<MergeOutcome[]> {
  if (pairs.length === 0) return [];
  const { outcomes, ended } = await mergeUntilEnd(args, pairs, options);
  if (!ended) return outcomes;
  const rest = pairs.slice(outcomes.length);
  const goOn = (some: MergePair[]) => mergeBatch(args, some, options, room);
  if (ended.by === 'crash') {
    if (rest.length === 1) return [...outcomes, { clean: false, files: [] }];
    // Output is buffered, so any of the pairs without an answer may have ended the process.
    const half = Math.ceil(rest.length / 2);
    return [...outcomes, ...(await goOn(rest.slice(0, half))), ...(await goOn(rest.slice(half)))];
  }
  if (ended.by === 'long_answer' || rest.length === 1) {
    if (--room.left < 0) throw ended.error;
    return [...outcomes, { clean: false, files: [], tooLarge: true }, ...(await goOn(rest.slice(1)))];
  }
  for (const pair of rest.slice(0, BUFFERED)) outcomes.push(...(await goOn([pair])));
  return [...outcomes, ...(await goOn(rest.slice(BUFFERED)))];
}

/** As many answers as surely fit the 4 KiB that git holds back; the shortest has 45 bytes. */
const BUFFERED = 100;

type BatchEnd = { by: 'crash' } | { by: 'long_answer' | 'memory'; error: GitError };

/** Merges until all are merged or something ends the process; then `outcomes` has the answers up to there. */
async function mergeUntilEnd(
  args: string[],
  pairs: MergePair[],
  options: GitOptions,
): Promise<{ outcomes: MergeOutcome[]; ended: BatchEnd | null }> {
  const input = pairs.map(requestLine).join('');
  const outcomes: MergeOutcome[] = [];
  const inbox = new Inbox();
  let read = outcomeReader(pairs[0]);
  const take = (chunk: Buffer) => {
    inbox.add(chunk);
    while (inbox.length > 0) {
      const record = read(inbox.view());
      if ('atLeast' in record) {
        if (inbox.length > MAX_ANSWER) throw tooLarge(`a merge with more than ${MAX_ANSWER} bytes of conflicts`, args);
        return;
      }
      outcomes.push(record.value);
      inbox.take(record.length);
      read = outcomeReader(pairs[outcomes.length]);
    }
  };
  try {
    const { code, stderr } = await gitChunks(args, { ...options, input, okCodes: [0, 1, 128] }, take);
    if (outcomes.length === pairs.length) return { outcomes, ended: null };
    if (isCrash(stderr)) return { outcomes, ended: { by: 'crash' } };
    const error = classify(args, code, stderr);
    if (isTooLarge(error)) return { outcomes, ended: { by: 'memory', error } };
    throw new GitError('failed', `git merge-tree failed (exit ${code}): ${stderr.trim()}`, args, stderr);
  } catch (error) {
    if (isTooLarge(error)) return { outcomes, ended: { by: 'long_answer', error } };
    throw error;
  }
}

/**
 * Merges one pair after another, each answered at once, by living `git merge-tree` processes in a quarantine.
 * A merge reads `.gitattributes` from its work tree alone, and keeps what it has read: one process for each
 * folder of attributes.
 */
export class Merger {
  readonly #quarantine: Quarantine;
  readonly #signal: AbortSignal | undefined;
  /** By attribute folder, the one used last at the end. */
  readonly #living = new Map<string, LivingMerge>();
  readonly #ending: Array<Promise<void>> = [];
  #padding: MergePair | undefined;

  constructor(quarantine: Quarantine, signal?: AbortSignal) {
    this.#quarantine = quarantine;
    this.#signal = signal;
  }

  /**
   * @param attributes folder that holds the `.gitattributes` files to go by, and nothing else.
   * @throws GitError `too_large`; others can be merged all the same.
   */
  async merge(pair: MergePair, attributes: string): Promise<MergeOutcome> {
    const options = this.#options(attributes);
    this.#padding ??= writePadding(this.#quarantine);
    answersAtOnce ??= probe(options, this.#padding);
    if (await answersAtOnce) {
      const living = this.#process(attributes, this.#padding);
      try {
        return await living.merge(pair);
      } catch (error) {
        this.#signal?.throwIfAborted();
        if (isTooLarge(error)) throw error;
        // The process died, of this pair or of one asked at the same time. Alone, the pair shows which.
        if (this.#living.get(attributes) === living) this.#living.delete(attributes);
      }
    }
    const [outcome] = await mergeBatch(BATCH, [pair], options);
    if (!outcome) throw new Error('one pair has one outcome');
    if (!outcome.clean && outcome.tooLarge) throw tooLarge('a merge that needs more memory than git may have', BATCH);
    return outcome;
  }

  /** What is in conflict, or null where git itself dies of the merge. */
  async explain(pair: MergePair, attributes: string): Promise<ConflictDetail | null> {
    const { stdout, stderr } = await git([...MERGE, '-z', '--messages', pair.ours, pair.theirs], {
      ...this.#options(attributes),
      okCodes: [0, 1, 128],
    });
    if (isCrash(stderr)) return null;
    const error = classify(MERGE, 128, stderr);
    if (isTooLarge(error)) throw error;
    return parseConflict(stdout.toString('latin1'), pair);
  }

  /** Ends the processes and waits until they are gone. */
  async close(): Promise<void> {
    await Promise.all([...this.#living.values()].map((living) => living.close()).concat(this.#ending));
  }

  #options(attributes: string): GitOptions {
    return {
      gitDir: this.#quarantine.gitDir,
      cwd: attributes,
      env: { ...this.#quarantine.env, GIT_WORK_TREE: attributes },
      signal: this.#signal,
    };
  }

  #process(attributes: string, padding: MergePair): LivingMerge {
    const living = this.#living.get(attributes) ?? new LivingMerge(this.#options(attributes), padding);
    this.#living.delete(attributes);
    this.#living.set(attributes, living);
    const [oldest] = this.#living;
    if (this.#living.size > MAX_LIVING && oldest) {
      this.#living.delete(oldest[0]);
      this.#ending.push(oldest[1].close());
    }
    return living;
  }
}

/** A history that changes its attributes at every commit must not start a process for each. */
const MAX_LIVING = 8;

/**
 * One `git merge-tree --stdin` that answers each pair at once. git 2.39's does not flush (2.55's does), so every
 * pair is followed by a padding pair whose answer is longer than the output buffer and pushes the first one out.
 */
class LivingMerge {
  readonly #conversation: Conversation;
  readonly #padding: string;

  constructor(options: GitOptions, padding: MergePair) {
    this.#conversation = new Conversation(BATCH, options);
    this.#padding = requestLine(padding);
  }

  merge(pair: MergePair): Promise<MergeOutcome> {
    return this.#conversation.ask(requestLine(pair) + this.#padding, (first) => {
      // The end of the padding's answer comes with the next question's.
      const readPadding = first ? () => ({ length: 0 }) : outcomeReader();
      const readAnswer = outcomeReader(pair);
      return (output) => {
        const padding = readPadding(output);
        if ('atLeast' in padding) return padding;
        const outcome = readAnswer(output.subarray(padding.length));
        if ('atLeast' in outcome) return { atLeast: padding.length + outcome.atLeast };
        return { value: outcome.value, length: padding.length + outcome.length };
      };
    });
  }

  close(): Promise<void> {
    return this.#conversation.close();
  }
}

/** Whether this machine's git answers a padded pair before its input ends; asked once. */
let answersAtOnce: Promise<boolean> | undefined;

/** How long an answer may take: a wrong no is only slower. */
const PROBE_MS = 3000;

async function probe(options: GitOptions, padding: MergePair): Promise<boolean> {
  const living = new LivingMerge({ ...options, signal: undefined }, padding);
  let inTime: (() => void) | undefined;
  const late = new Promise<boolean>((resolve) => {
    inTime = whenLate(PROBE_MS, () => resolve(false));
  });
  const answered = living.merge(padding).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    inTime?.();
    await living.close();
  }
}

/** Paths of the padding: two of them in conflict make an answer longer than the 4 KiB of a pipe's output buffer. */
const PADDING_PATHS = ['p', 'q'].map((letter) => letter.repeat(3000));

/** Writes two commits whose merge conflicts (changed here, deleted there) without any content to merge. */
function writePadding(quarantine: Quarantine): MergePair {
  const commit = (content: string | null, parents: string[]) => {
    const id = content === null ? '' : quarantine.write('blob', Buffer.from(content));
    const entries = content === null ? [] : PADDING_PATHS.map((name) => ({ mode: '100644', name, id }));
    const tree = quarantine.write('tree', formatTree(entries));
    const author = 'Spicerack <spicerack@localhost> 0 +0000';
    return quarantine.write('commit', formatCommit({ tree, parents, author, encoding: null, message: '' }, author));
  };
  const base = commit('base', []);
  return { ours: commit('ours', [base]), theirs: commit(null, [base]) };
}

/**
 * Whether git ended by a failed assertion, in its own or the C libraries' words. merge-ort of git 2.39 does so on
 * rare input (6 of 30,000 random merges), and `git rebase` dies of the same.
 */
function isCrash(stderr: string): boolean {
  return says(stderr, ['Assertion*failed', 'BUG: ']);
}

function requestLine(pair: MergePair): string {
  return `${pair.ours} ${pair.theirs}\n`;
}

/**
 * The path of a file that git has moved out of the way, from the name that it gave it; any other path as it is. Where the
 * sides of a file are of different types, or one has a folder there, git puts a side beside it: measured with 2.39, as
 * the path, `~`, the side's label with `_` for each slash, and `_0`, `_1` and so on where that is taken. merge-tree's
 * labels are the ids that it was given. Only a label counts, for any other name may be a file's own; an id never is one of
 * a file in conflict, since no commit holds a name with its own id.
 */
export function pathBeforeMove(path: string, labels: string[]): string {
  const ends = labels.map((label) => `~${label.replaceAll('/', '_')}`);
  for (const name of [path, path.replace(/_\d+$/, '')]) {
    const end = ends.find((each) => name.endsWith(each) && name.length > each.length);
    if (end) return name.slice(0, -end.length);
  }
  return path;
}

/**
 * Reads one answer of the batch form: `("1" | "0") NUL tree NUL (path NUL)* NUL`; 1 is clean. Called with more of the
 * same output it goes on where it stopped.
 * @param pair what is merged; without it, paths are as git calls them
 */
function outcomeReader(pair?: MergePair): (output: Buffer) => Reading<MergeOutcome> {
  const fields: string[] = [];
  let at = 0;
  let found: Reading<MergeOutcome> | undefined;
  return (output) => {
    while (!found) {
      const end = output.indexOf('\0', at);
      if (end < 0) return { atLeast: output.length + 1 };
      if (end === at) {
        const [status, tree = '', ...names] = fields;
        const files = [...new Set(names.map((name) => pathBeforeMove(name, labelsOf(pair))))];
        found = { value: status === '1' ? { clean: true, tree } : { clean: false, files }, length: end + 1 };
      } else if (fields.length < MAX_CONFLICT_PATHS + 2) {
        fields.push(output.toString('utf8', at, end));
      }
      at = end + 1;
    }
    return found;
  };
}

function labelsOf(pair: MergePair | undefined): string[] {
  return pair ? [pair.ours, pair.theirs] : [];
}

/**
 * Reads the answer of one merge with `-z --messages`:
 * `tree NUL (mode SP id SP stage TAB path NUL)* NUL (n NUL path×n NUL type NUL text NUL)*`.
 * git 2.39 prints advice about submodules without any frame after the messages.
 */
function parseConflict(output: string, pair: MergePair): ConflictDetail {
  const fields = output.split('\0');
  const tree = fields[0] ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(tree)) {
    throw new GitError('failed', `git merge-tree gave no tree: ${output.slice(0, 200)}`, MERGE, '');
  }
  const kinds = new Map<string, string[]>();
  let at = 1;
  for (; fields[at]; at++) {
    const path = fields[at]?.split('\t').slice(1).join('\t') ?? '';
    kinds.set(path, []);
  }
  at++;
  while (/^\d+$/.test(fields[at] ?? '')) {
    const end = at + 1 + Number(fields[at]);
    const paths = fields.slice(at + 1, end);
    const kind = fields[end]?.match(/^CONFLICT \((.*)\)$/)?.[1];
    at = end + 2;
    if (!kind) continue;
    const concerned = paths.filter((path) => kinds.has(path));
    for (const path of concerned.length > 0 ? concerned : paths.slice(0, 1)) {
      kinds.set(path, [...new Set([...(kinds.get(path) ?? []), kind])]);
    }
  }
  const files = new Map<string, ConflictDetail['files'][number]>();
  for (const [name, list] of kinds) {
    const path = pathBeforeMove(name, labelsOf(pair));
    const file = files.get(path) ?? { path, kinds: [], inTree: [] };
    file.inTree.push(name);
    file.kinds = [...new Set([...file.kinds, ...list])];
    files.set(path, file);
  }
  return { tree, files: [...files.values()].slice(0, MAX_CONFLICT_PATHS) };
}
