import { Conversation } from '../process/conversation';
import type { GitOptions } from '../process/run';

const NEWLINE = 0x0a;

/** Tells which paths commits change, from one living `git diff-tree`. It sees commits written after it was started. */
export class ChangedPaths {
  readonly #conversation: Conversation;

  constructor(options: Pick<GitOptions, 'gitDir' | 'env' | 'signal'>) {
    const args = ['diff-tree', '--stdin', '-r', '-z', '--root', '--name-status', '--no-renames', '--no-commit-id'];
    this.#conversation = new Conversation(args, options);
  }

  /**
   * The paths that a commit adds, deletes or modifies over its parent, each with its letter, as one string (latin1)
   * to compare; renames are a deletion and an addition. Empty for a merge and for a commit that changes nothing.
   * @throws GitError `too_large` for a commit that changes more than can be read; others can be asked about all the same.
   */
  of(commit: string): Promise<string> {
    // A line that is no id is printed as it is and flushes the output: it ends the answer.
    return this.#conversation.ask(`${commit}\n\n`, () => {
      let at = 0;
      return (output) => {
        while (output[at] !== NEWLINE) {
          const letter = output.indexOf('\0', at);
          const path = letter < 0 ? -1 : output.indexOf('\0', letter + 1);
          if (path < 0) return { atLeast: output.length + 1 };
          at = path + 1;
        }
        return { value: output.toString('latin1', 0, at), length: at + 1 };
      };
    });
  }

  close(): Promise<void> {
    return this.#conversation.close();
  }
}
