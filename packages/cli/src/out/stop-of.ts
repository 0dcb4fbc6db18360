import { SpicerackError, type SpicerackErrorCode } from '@spicerack/client';
import { EXIT, type Exit, Stop } from './exit';

/** How the program ends by what a call was rejected with. */
const EXITS: Record<SpicerackErrorCode, Exit> = {
  BAD_REQUEST: EXIT.refused,
  NOT_FOUND: EXIT.notFound,
  CONFLICT: EXIT.refused,
  UNAUTHORIZED: EXIT.notAllowed,
  FORBIDDEN: EXIT.notAllowed,
  TOO_MANY_REQUESTS: EXIT.notAllowed,
  UNAVAILABLE: EXIT.unreachable,
  INTERNAL: EXIT.failed,
  UNREACHABLE: EXIT.unreachable,
  CONNECTION_LOST: EXIT.unreachable,
  NOT_UNDERSTOOD: EXIT.unreachable,
};

/** The server's calls as the commands are named. */
const COMMANDS: Array<[call: string, command: string]> = [
  ['repos.list', 'spicerack repos'],
  ['jobs.list', 'spicerack jobs'],
  ['tasks.list', 'spicerack task list'],
  ['access.tokens', 'spicerack token list'],
  ['branches.update with kept: false', 'spicerack long-lived --off'],
];

/** What is said to whoever sent a key: the client made it, and each command has another one. */
const BY_KEY = ', or send it again with the same idempotencyKey';

/** Fields of the API that nobody has typed. */
const UNTYPED = /^(?:repoId|jobId|taskId|tokenId|cursor): /;

function ownWords(hint: string | null): string | null {
  return hint && COMMANDS.reduce((words, [call, command]) => words.replaceAll(call, command), hint);
}

/** Whatever a command was ended by, as an end with words. */
export function stopOf(error: unknown): Stop {
  if (error instanceof Stop) return error;
  if (error instanceof SpicerackError) {
    const { code, field, retryable } = error;
    // The token is of the environment or of `login`, and not in question here.
    const exit = code === 'BAD_REQUEST' && field === 'token' ? EXIT.usage : EXITS[code];
    const message = error.message.replace(UNTYPED, '').replace(BY_KEY, '');
    const hint =
      code === 'UNAUTHORIZED'
        ? 'Give the token of this server: spicerack login, or SPICERACK_TOKEN.'
        : ownWords(error.hint);
    return new Stop(exit, message, { code, field, hint, retryable });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new Stop(EXIT.interrupted, 'It was interrupted.', { code: 'INTERRUPTED' });
  }
  return new Stop(EXIT.failed, error instanceof Error ? error.message : String(error), { code: 'INTERNAL' });
}
