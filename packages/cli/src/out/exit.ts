/** How the program ends; README.md says what to do after each. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  heldBack: 3,
  notAllowed: 4,
  notFound: 5,
  refused: 6,
  unreachable: 7,
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command: what is wrong, what to do, and how the program ends. */
export class Stop extends Error {
  readonly exit: Exit;
  /** In capitals, for programs. */
  readonly code: string;
  readonly field: string | null;
  /** What to do; null where the message says it. */
  readonly hint: string | null;
  /** Whether the same command may do better later. */
  readonly retryable: boolean;

  constructor(
    exit: Exit,
    message: string,
    more: { code: string; field?: string | null; hint?: string | null; retryable?: boolean },
  ) {
    super(message);
    this.exit = exit;
    this.code = more.code;
    this.field = more.field ?? null;
    this.hint = more.hint || null;
    this.retryable = more.retryable ?? false;
  }
}

/** The command line is wrong. */
export function usage(message: string, hint = ''): Stop {
  return new Stop(EXIT.usage, message, { code: 'USAGE', hint });
}

export function notFound(message: string, hint = ''): Stop {
  return new Stop(EXIT.notFound, message, { code: 'NOT_FOUND', hint });
}
