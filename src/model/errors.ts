export const ERROR_CODES = [
  'CONFLICT',
  'BRANCH_NOT_FOUND',
  'NOT_TRACKED',
  'CYCLE',
  'KEPT',
  'DIVERGED',
  'PUSH_REJECTED',
  'REMOTE_UNREACHABLE',
  'AUTH',
  'ENGINE_MISSING',
  'TIMEOUT',
  'TOO_LARGE',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why the forge's answer is missing, or (`incomplete`) which part of it. `token_missing` is a setting, not a fault. */
export const FORGE_ERROR_CODES = [
  'token_missing',
  'auth',
  'not_found',
  'rate_limited',
  'unreachable',
  'timeout',
  'failed',
  'incomplete',
] as const;
export type ForgeErrorCode = (typeof FORGE_ERROR_CODES)[number];
