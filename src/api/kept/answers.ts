import { LRUCache } from 'lru-cache';
import type { Asker } from '@/access/asker';
import { may } from '@/access/may';
import { ROLE_OF } from '@/access/roles';
import type { Db } from '@/db/client';
import { PAGE } from '@/feed/read';
import { gzipped, takesGzip } from '@/server/gzip';
import { type OverviewVersion, overviewVersionQuery } from './version';

/** What an answer was made from, as its procedure says. */
export interface MadeFrom extends OverviewVersion {
  repoId: string;
}

interface Kept extends MadeFrom {
  headers: [string, string][];
  /** Compressed, as it goes out. */
  body: Buffer;
}

/** A call of the overview, and nothing else. */
const PATH = 'repos.overview';
const ADDRESS = `/api/trpc/${PATH}`;

/** The answers that are kept, and the longest question: a search may be any text. */
const MOST = 32;
const MOST_QUESTION = 1000;

/**
 * Overviews as they went out, for who asks the same once more: each is given again only where one statement says that
 * nothing in it has changed, whoever changed it and in whichever process. So none is ever older than the question.
 */
export class KeptAnswers {
  readonly #kept = new LRUCache<string, Kept>({ max: MOST });

  /** The answer to a request, where it is kept and still so; else it has to be made. */
  async find(request: Request, asker: Asker, db: Db): Promise<Response | null> {
    const question = questionOf(request, asker);
    const kept = question === null ? undefined : this.#kept.get(question);
    if (question === null || !kept) return null;
    const [now] = await overviewVersionQuery(db, kept.repoId);
    // Who follows the feed from there reads on from its cursor: no further back than one message tells.
    if (now?.version !== kept.version || now.cursor - kept.cursor > PAGE || now.cursor < kept.cursor) {
      this.#kept.delete(question);
      return null;
    }
    return responseOf(kept);
  }

  /** Keeps an answer that was just made, and gives it. */
  async keep(request: Request, asker: Asker, madeFrom: MadeFrom, response: Response): Promise<Response> {
    const question = questionOf(request, asker);
    if (question === null || response.status !== 200) return response;
    const body = await gzipped(new Uint8Array(await response.arrayBuffer()));
    const kept: Kept = { ...madeFrom, headers: [...response.headers, ['content-encoding', 'gzip']], body };
    this.#kept.set(question, kept);
    return responseOf(kept);
  }
}

/** What is asked, where an answer to it may be kept; the answer is the same for everybody who may read. */
function questionOf({ method, url, headers }: Request, asker: Asker): string | null {
  const { pathname, search } = new URL(url);
  const needed = ROLE_OF[PATH];
  const isOne =
    method === 'GET' && pathname === ADDRESS && search.length <= MOST_QUESTION && !headers.has('trpc-accept');
  return isOne && needed && may(asker, needed) && takesGzip(headers.get('accept-encoding')) ? search : null;
}

function responseOf({ headers, body }: Kept): Response {
  return new Response(new Uint8Array(body), { headers });
}
