import { ErrorText } from '@/text/foreign';

/** What the trace of a command that speaks to a remote tells of it (`GIT_TRACE2_EVENT`). */
export interface Trace {
  /** The lines that processes of our own git have said, clean, without `fatal: ` and the like. */
  said: ReadonlySet<string>;
  /** Whether a git answered at the other end. */
  metGit: boolean;
}

/** What git runs at the far end; of a remote that is a path, on this machine. */
const FAR = new Set(['upload-pack', 'receive-pack', 'upload-archive']);

interface TraceEvent {
  event?: unknown;
  sid?: unknown;
  name?: unknown;
  msg?: unknown;
  key?: unknown;
}

/**
 * Reads a trace. A process has the id of its parent before its own, so what stands below a process of the far end is
 * the far end's. Null where the trace does not go to the end of the command: then it proves nothing.
 */
export function readTrace(text: string): Trace | null {
  const events = text.split('\n').flatMap((line): TraceEvent[] => {
    try {
      return line ? [JSON.parse(line) as TraceEvent] : []; // every field is looked at before it is used
    } catch {
      return []; // cut off where the disk was full
    }
  });
  const root = events[0]?.sid;
  if (!events.some(({ event, sid }) => event === 'exit' && sid === root)) return null;
  const far = events.flatMap(({ event, sid, name }) =>
    event === 'cmd_name' && FAR.has(String(name)) ? [String(sid)] : [],
  );
  const ours = events.filter(({ sid }) => !far.some((id) => sid === id || String(sid).startsWith(`${id}/`)));
  const said = new ErrorText();
  for (const { event, msg } of ours)
    if (event === 'error' && typeof msg === 'string') said.add(Buffer.from(`${msg}\n`));
  return {
    said: new Set(said.toString().split('\n')),
    metGit: ours.some(({ event, key }) => event === 'data' && key === 'negotiated-version'),
  };
}
