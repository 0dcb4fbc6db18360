/** How calls fail. */
export type SpicerackErrorCode =
  /** The input is at fault: `field` and `message` say what is wrong. */
  | 'BAD_REQUEST'
  /** There is no such thing. */
  | 'NOT_FOUND'
  /** It cannot be done as things stand. */
  | 'CONFLICT'
  /** The server asks for its token, or for another one. */
  | 'UNAUTHORIZED'
  /** The server does not take requests of this kind, from there, or under that name. */
  | 'FORBIDDEN'
  | 'TOO_MANY_REQUESTS'
  /** The server answers and cannot work now. */
  | 'UNAVAILABLE'
  /** A fault of the server. */
  | 'INTERNAL'
  /** Nothing answers there. */
  | 'UNREACHABLE'
  /** The connection broke before the answer, so it is not known whether it was done. */
  | 'CONNECTION_LOST'
  /** What answers there is no Spicerack, or one of a version with which this client cannot speak. */
  | 'NOT_UNDERSTOOD';

/** Why a call failed, in words for a person. */
export class SpicerackError extends Error {
  override readonly name = 'SpicerackError';
  readonly code: SpicerackErrorCode;
  /** The field of the input at fault; null where it is none, or not one alone. */
  readonly field: string | null;
  /** What to do about it; null where `message` says so already. */
  readonly hint: string | null;
  /** Whether the same call may work later. */
  readonly retryable: boolean;

  constructor(
    code: SpicerackErrorCode,
    message: string,
    more: { field?: string | null; hint?: string | null; retryable?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.field = more.field ?? null;
    this.hint = more.hint || null;
    this.retryable = more.retryable ?? false;
  }
}
