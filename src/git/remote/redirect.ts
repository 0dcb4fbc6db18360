import { GitError } from '../process/error';
import { git } from '../process/run';
import type { RemoteOptions } from './options';

/**
 * Asks a remote that answered with a redirect where it points to; null where that cannot be found out. What git
 * prints does not say so, a trace of the headers does.
 */
export async function redirectTarget(gitDir: string, options: RemoteOptions = {}): Promise<string | null> {
  const trace = { GIT_TRACE_CURL: '1', GIT_TRACE_CURL_NO_DATA: '1', GIT_TRACE_REDACT: '1' };
  try {
    await git(['ls-remote', '--', 'origin'], { ...options, gitDir, env: { ...options.env, ...trace } });
    return null;
  } catch (error) {
    if (!(error instanceof GitError) || error.kind !== 'redirect') throw error;
    const marker = '<= recv header: location: ';
    const line = error.stderr.split('\n').find((each) => each.toLowerCase().includes(marker)) ?? '';
    const target = line.slice(line.toLowerCase().indexOf(marker) + marker.length).trim();
    // What was asked for lies below the repository's own address.
    const below = target.indexOf('/info/refs');
    return line ? (below < 0 ? target : target.slice(0, below)) || null : null;
  }
}
