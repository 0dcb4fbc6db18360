import type { CallToolResult } from '@modelcontextprotocol/server';
import { visible } from '@/text/visible';

/** A failure as a result that says what to do: the API's own sentences, which name its calls as the tools are named. */
export function resultOfError(error: unknown): CallToolResult {
  const message = error instanceof Error ? error.message : String(error);
  const words = message
    .replaceAll('repos.list', 'list_repos')
    .replaceAll('jobs.list', 'list_jobs')
    .replace(
      /^fetch failed$/,
      'The Spicerack server cannot be reached. Check its address and that it runs, then call again.',
    );
  return { content: [{ type: 'text', text: visible(words) }], isError: true };
}
