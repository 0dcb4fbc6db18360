import type { CallToolResult } from '@modelcontextprotocol/server';
import { SpicerackError } from '@spicerack/client';
import { visible } from '@/text/visible';

/** A failure as a result that says what to do: the API's own sentences, which name its calls as the tools are named. */
export function resultOfError(error: unknown): CallToolResult {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof SpicerackError && error.hint ? ` ${error.hint}` : '';
  const words = `${message}${hint}`
    .replaceAll('repos.list', 'list_repos')
    .replaceAll('jobs.list', 'list_jobs')
    .replaceAll('(branches.update with kept: false)', '(a person can)')
    // No tool takes one.
    .replace(', or send it again with the same idempotencyKey', '');
  return { content: [{ type: 'text', text: visible(words) }], isError: true };
}
