import { ErrorText } from '@/text/foreign';
import { isTooLarge, MAX_ANSWER, tooLarge } from './bounds';
import { classify, GitError } from './error';
import { Inbox } from './inbox';
import type { Launched } from './launcher';
import { type GitOptions, isFromOutside, launchGit } from './run';

/**
 * An answer found at the start of the output so far, or how many bytes must be there before it is worth looking again.
 * The output is overwritten by what comes next: the value must be a copy.
 */
export type Reading<T> = { value: T; length: number } | { atLeast: number };

interface Question {
  text: string;
  /** Begins to read the answer: what it returns gives the bytes used and how to hand the answer over. */
  begin(first: boolean): (output: Buffer) => { used: number; answer: () => void } | { atLeast: number };
  reject(reason: unknown): void;
}

/**
 * A git process that lives for many questions: each is written to its input at once, and answered in order from
 * its output. A process costs about 3 ms, a question a tenth of that.
 *
 * A question whose answer is too large (longer than `MAX_ANSWER`, or more than git's memory holds) fails alone: the
 * others are asked again, of a new process.
 */
export class Conversation {
  readonly #args: string[];
  readonly #options: Pick<GitOptions, 'gitDir' | 'cwd' | 'env' | 'signal'>;
  readonly #flush: string;
  readonly #questions: Question[] = [];
  /** Started by the first question: many a plan asks none. */
  #process: { child: Launched; over: Promise<void> } | undefined;
  /** Why no question can be answered any more. */
  #ended: { reason: unknown } | undefined;
  #flushes = false;

  /** @param flush what makes a process answer that keeps its answers until then; empty for one that does not. */
  constructor(args: string[], options: Pick<GitOptions, 'gitDir' | 'cwd' | 'env' | 'signal'>, flush = '') {
    this.#args = args;
    this.#options = options;
    this.#flush = flush;
  }

  /**
   * Asks one question. `begin` is called before its answer is read (`first`: it is the first one of its process); what
   * it returns sees all unread output and finds the answer at its start. That is called again with more of the same
   * output, so it may remember how far it came.
   * @throws GitError when the process ends without the answer, or the answer is too large; the signal's reason when it
   *   was aborted.
   */
  ask<T>(text: string, begin: (first: boolean) => (output: Buffer) => Reading<T>): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended.reason);
    return new Promise<T>((resolve, reject) => {
      this.#questions.push({
        text,
        reject,
        begin(first) {
          const read = begin(first);
          return (output) => {
            const reading = read(output);
            if ('atLeast' in reading) return reading;
            return { used: reading.length, answer: () => resolve(reading.value) };
          };
        },
      });
      this.#process ??= this.#start();
      if (this.#flush && !this.#flushes) {
        this.#flushes = true;
        // Before what this tick writes goes out together, and behind all of it.
        process.nextTick(() => this.#flushNow());
      }
      this.#process.child.write(text);
    });
  }

  #flushNow(): void {
    this.#flushes = false;
    this.#process?.child.write(this.#flush);
  }

  /** Ends the process, with whatever is still open, and waits until it is gone. Safe to call more than once. */
  async close(): Promise<void> {
    this.#end(new GitError('killed', `git ${this.#args[0]} was closed`, this.#args, ''));
    this.#process?.child.kill('SIGKILL');
    await this.#process?.over;
  }

  #start(): { child: Launched; over: Promise<void> } {
    const { signal } = this.#options;
    const inbox = new Inbox();
    let atLeast = 1;
    let first = true;
    let reading: ReturnType<Question['begin']> | undefined;
    /** Of the open question, where it is what ends this process. */
    let refused: GitError | undefined;
    const hear = (chunk: Buffer) => {
      if (refused) return;
      inbox.add(chunk);
      while (inbox.length >= atLeast) {
        const [question] = this.#questions;
        if (!question) return;
        reading ??= question.begin(first);
        const result = reading(inbox.view());
        if ('atLeast' in result) {
          atLeast = Math.max(result.atLeast, inbox.length + 1);
          if (atLeast <= MAX_ANSWER) return;
          refused = tooLarge(`git ${this.#args[0]} answered with more than ${MAX_ANSWER} bytes`, this.#args);
          kill();
          return;
        }
        result.answer();
        this.#questions.shift();
        inbox.take(result.used);
        atLeast = 1;
        first = false;
        reading = undefined;
      }
    };
    const stderr = new ErrorText();
    const child = launchGit(this.#args, { ...this.#options, stdout: hear, stderr: (chunk) => stderr.add(chunk) });
    const kill = () => child.kill('SIGKILL');
    if (signal?.aborted) kill();
    signal?.addEventListener('abort', kill, { once: true });
    const end = (why: string, by: string | null = null) => {
      signal?.removeEventListener('abort', kill);
      this.#whenOver(refused ?? this.#failure(why, by, stderr.toString()));
    };
    const over = child.exit.then(
      ({ code, signal: by }) => end(by ?? `exit ${code}`, by),
      (error: Error) => end(error.message),
    );
    return { child, over };
  }

  #failure(why: string, by: string | null, stderr: string): unknown {
    const { signal } = this.#options;
    if (signal?.aborted) return signal.reason;
    const words = `git ${this.#args[0]} ended (${why})`;
    if (isFromOutside(by)) return new GitError('killed', words, this.#args, stderr);
    const error = classify(this.#args, 1, stderr);
    return isTooLarge(error) ? error : new GitError('failed', words, this.#args, stderr);
  }

  /** The process is over: of its size, then with the first open question alone; or for all of them. */
  #whenOver(reason: unknown): void {
    if (this.#ended) return;
    const culprit = isTooLarge(reason) ? this.#questions.shift() : undefined;
    if (!culprit) {
      this.#end(reason);
      return;
    }
    culprit.reject(reason);
    this.#process = this.#start();
    this.#process.child.write(this.#questions.map(({ text }) => text).join('') + this.#flush);
  }

  #end(reason: unknown): void {
    this.#ended ??= { reason };
    for (const question of this.#questions.splice(0)) question.reject(this.#ended.reason);
  }
}
