/** What somebody may do, in order, each with all before it: look; run actions; see to repositories, tokens and the audit log. */
export const ROLES = ['read', 'act', 'administer'] as const;
export type Role = (typeof ROLES)[number];

/** How each token begins that is made here, so that scanners for secrets know one. */
export const TOKEN_PREFIX = 'spk_';

/** The name of who has the server's own token. */
export const SERVER_TOKEN = 'server token';
