import { SpicerackError } from '../context/client';
import { EXIT, type Exit, Stop } from './exit';

/** How the program ends by what a call was rejected with. */
const EXITS: Record<string, Exit> = {
  UNAUTHORIZED: EXIT.notAllowed,
  FORBIDDEN: EXIT.notAllowed,
  NOT_FOUND: EXIT.notFound,
  BAD_REQUEST: EXIT.refused,
  CONFLICT: EXIT.refused,
  PRECONDITION_FAILED: EXIT.refused,
  TOO_MANY_REQUESTS: EXIT.refused,
  PAYLOAD_TOO_LARGE: EXIT.refused,
  UNREACHABLE: EXIT.unreachable,
  NOT_SPICERACK: EXIT.unreachable,
  SERVICE_UNAVAILABLE: EXIT.unreachable,
  TIMEOUT: EXIT.unreachable,
  ABORTED: EXIT.interrupted,
};

/** Whatever a command was ended by, as an end with words. */
export function stopOf(error: unknown): Stop {
  if (error instanceof Stop) return error;
  if (error instanceof SpicerackError) {
    const { code, field, message, retryable } = error;
    const exit = EXITS[code] ?? EXIT.failed;
    const hint =
      exit === EXIT.notAllowed ? 'Give the token of this server: spicerack login, or SPICERACK_TOKEN.' : error.hint;
    return new Stop(exit, message, { code, field, hint, retryable });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return new Stop(EXIT.interrupted, 'It was interrupted.', { code: 'INTERRUPTED' });
  }
  return new Stop(EXIT.failed, error instanceof Error ? error.message : String(error), { code: 'INTERNAL' });
}
