import { exact } from '@/ui/time';
import { type Place, repoOf, type Session } from '../../context/session';
import { EXIT, notFound } from '../../out/exit';
import { paint } from '../../out/line';
import { eventLine } from './words';

/** What changes, as it happens, until Ctrl-C. */
export async function watch(session: Session, flags: Place & { all?: boolean | undefined; from?: number | undefined }) {
  const { out, signal } = session;
  const client = session.client();
  const repo = flags.all ? null : await repoOf(session, flags);
  const from = flags.from ?? (await client.repos.list({ signal })).cursor;
  out.say(`Watching ${repo ? repo.name : 'every repository'} from ${from}. Ctrl-C ends it.`);
  try {
    for await (const message of client.watch({
      from,
      ...(repo ? { repoId: repo.id } : {}),
      signal,
    })) {
      if (message.kind === 'start_over') {
        out.item(
          message,
          () => 'Changes are missing here: what was asked for is no longer kept, or not there yet. Look anew.',
        );
        continue;
      }
      for (const event of message.events) {
        out.item(event, () => {
          const line = eventLine(event);
          return (
            line && [paint('dim', `${exact(event.at).slice(11, 19)} `), ...(typeof line === 'string' ? [line] : line)]
          );
        });
        if (repo && event.type === 'repos' && event.op === 'delete') {
          throw notFound(`${repo.name} was removed.`, '"spicerack repos" lists the others.');
        }
      }
    }
  } catch (error) {
    // Ctrl-C is how it ends.
    if (!signal.aborted) throw error;
  }
  return EXIT.interrupted;
}
