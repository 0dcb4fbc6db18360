import type { ErrorCode } from '@/db/schema';

/** How a job ends when it does not complete: a code, what happened, and what a person can do next. */
export interface Failure {
  code: ErrorCode;
  message: string;
  hint: string;
}

export function failure(code: ErrorCode, message: string, hint: string): Failure {
  return { code, message, hint };
}
