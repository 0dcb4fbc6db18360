import type { JobDetail } from '@/api/jobs';
import type { ConflictFile } from '@/stack/plan';
import { ScrollText } from '../controls';
import { heldBackWords } from '../stack/state';

type Result = NonNullable<JobDetail['job']['result']>;

/** What a job left where it was, dropped, and warns of. `full` shows the files of a conflict with their text. */
export function ResultLists({ result, full = false }: { result: Result; full?: boolean }) {
  const { heldBack, dropped, warnings, merged, registered, gone, notes } = result;
  return (
    <>
      <List title="Held back" tone="text-held">
        {heldBack.map(({ branch, reason }) => (
          <li key={branch}>
            <Name>{branch}</Name> {heldBackWords(reason)}
            {full && reason.kind === 'conflict' && (
              <div className="mt-1 flex flex-col gap-2">
                <p className="text-muted">
                  Its commit <Commit id={reason.commit} /> “{reason.subject}” does not go onto{' '}
                  <Commit id={reason.onto} />.
                </p>
                {reason.files.map((file) => (
                  <Conflict key={file.path} file={file} />
                ))}
              </div>
            )}
          </li>
        ))}
      </List>
      <List title="Dropped, because the change is already below">
        {dropped.map(({ branch, commit, subject }) => (
          <li key={`${branch} ${commit}`}>
            <Name>{branch}</Name> <Commit id={commit} /> {subject}
          </li>
        ))}
      </List>
      <List title="Merged">
        {merged.map(({ branch, into }) => (
          <li key={branch}>
            <Name>{branch}</Name> is in <Name>{into}</Name>; what stood on it stands there now
          </li>
        ))}
      </List>
      <List title="Registered">
        {registered.map(({ branch, parent }) => (
          <li key={branch}>
            <Name>{branch}</Name> on <Name>{parent}</Name>
          </li>
        ))}
      </List>
      <List title="Gone from the remote without a merge">
        {gone.map((branch) => (
          <li key={branch}>
            <Name>{branch}</Name>
          </li>
        ))}
      </List>
      <List title="Warnings" tone="text-restack">
        {warnings.map((warning) => (
          <li key={`${warning.kind} ${warning.branch} ${warning.message}`}>
            {warning.branch && <Name>{warning.branch}</Name>} {warning.message}
          </li>
        ))}
      </List>
      <List title="Notes">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </List>
    </>
  );
}

function List({ title, tone = 'text-muted', children }: { title: string; tone?: string; children: React.ReactNode[] }) {
  if (children.length === 0) return null;
  return (
    <section className="min-w-0">
      <h3 className={`text-xs font-medium ${tone}`}>{title}</h3>
      <ul className="flex flex-col gap-1 break-words">{children}</ul>
    </section>
  );
}

export function Name({ children }: { children: React.ReactNode }) {
  return <span className="font-mono text-xs break-all">{children}</span>;
}

/** A commit by its first digits; selecting it takes them all. */
export function Commit({ id }: { id: string }) {
  return (
    <code className="font-mono text-xs text-muted" title={id}>
      {id.slice(0, 8)}
    </code>
  );
}

function Conflict({ file }: { file: ConflictFile }) {
  return (
    <details open className="min-w-0 rounded-control border border-hairline">
      <summary className="px-2 py-1">
        <Name>{file.path}</Name> <span className="text-conflict">{file.kinds.join(', ')}</span>
      </summary>
      {file.text === null ? (
        <p className="px-2 pb-2 text-muted">There is no text to show (binary, or too large).</p>
      ) : (
        <ScrollText label={`Conflict in ${file.path}`} className="max-h-80 border-t border-hairline bg-canvas p-2">
          {numbered(file.text).map(({ key, line, kind }) => (
            <div key={key} className={kind}>
              {line || ' '}
            </div>
          ))}
        </ScrollText>
      )}
    </details>
  );
}

/** Lines of a conflicted text, those of the markers set apart. */
function numbered(text: string) {
  return text.split('\n').map((line, index) => ({
    key: index,
    line,
    kind: /^(<{7}|={7}|>{7}|\|{7})/.test(line) ? 'bg-conflict-tint text-conflict' : '',
  }));
}
