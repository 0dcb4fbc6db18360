import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { ErrorText } from '@/text/foreign';
import { GitError } from './error';
import { type GitOptions, isFromOutside, spawnGit } from './run';

/** An answer found at the start of the output so far, or how many bytes must be there before it is worth looking again. */
export type Reading<T> = { value: T; length: number } | { atLeast: number };

interface Question {
  /** Returns the bytes used, or how many are needed. */
  read(output: Buffer): { used: number } | { atLeast: number };
  reject(reason: unknown): void;
}

/**
 * A git process that lives for many questions: each is written to its input at once, and answered in order from
 * its output. A process costs about 3 ms, a question a tenth of that.
 */
export class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #args: string[];
  readonly #signal: AbortSignal | undefined;
  readonly #exit: Promise<void>;
  readonly #questions: Question[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  #atLeast = 1;
  readonly #stderr = new ErrorText();
  /** Why no question can be answered any more. */
  #ended: unknown;

  constructor(args: string[], options: Pick<GitOptions, 'gitDir' | 'cwd' | 'env' | 'signal'>) {
    this.#args = args;
    this.#signal = options.signal;
    this.#child = spawnGit(args, options);
    const kill = () => this.#child.kill('SIGKILL');
    if (this.#signal?.aborted) kill();
    this.#signal?.addEventListener('abort', kill, { once: true });
    this.#child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#child.stderr.on('data', (chunk: Buffer) => this.#stderr.add(chunk));
    // EPIPE when the process has ended; its end rejects what is open.
    this.#child.stdin.on('error', () => undefined);
    this.#exit = new Promise((resolve) => {
      const end = (why: string, signal: string | null = null) => {
        this.#signal?.removeEventListener('abort', kill);
        this.#end(why, signal);
        resolve();
      };
      this.#child.once('error', (error) => end(error.message));
      this.#child.once('close', (code, signal) => end(signal ?? `exit ${code}`, signal));
    });
  }

  /**
   * Asks one question. `read` sees all unread output and finds the answer at its start.
   * @throws GitError when the process ends without the answer; the signal's reason when it was aborted.
   */
  ask<T>(question: string, read: (output: Buffer) => Reading<T>): Promise<T> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise<T>((resolve, reject) => {
      this.#questions.push({
        reject,
        read(output) {
          const reading = read(output);
          if ('atLeast' in reading) return reading;
          resolve(reading.value);
          return { used: reading.length };
        },
      });
      // Questions of one tick go out together: each write wakes the process up.
      this.#child.stdin.cork();
      this.#child.stdin.write(question);
      process.nextTick(() => this.#child.stdin.uncork());
    });
  }

  /** Ends the process, with whatever is still open, and waits until it is gone. Safe to call more than once. */
  async close(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#atLeast) {
      const question = this.#questions[0];
      if (!question) return;
      const output = this.#chunks.length === 1 ? this.#chunks[0] : undefined;
      const joined = output ?? Buffer.concat(this.#chunks);
      const result = question.read(joined);
      const used = 'used' in result ? result.used : 0;
      const rest = joined.subarray(used);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
      if ('used' in result) this.#questions.shift();
      this.#atLeast = 'used' in result ? 1 : Math.max(result.atLeast, rest.length + 1);
    }
  }

  #end(why: string, signal: string | null): void {
    this.#ended = this.#signal?.aborted
      ? this.#signal.reason
      : new GitError(
          isFromOutside(signal) ? 'killed' : 'failed',
          `git ${this.#args[0]} ended (${why})`,
          this.#args,
          this.#stderr.toString(),
        );
    for (const question of this.#questions.splice(0)) question.reject(this.#ended);
  }
}
