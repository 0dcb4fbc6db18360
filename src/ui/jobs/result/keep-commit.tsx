'use client';

import { useState } from 'react';
import { visible } from '@/text/visible';
import { Button, Field, Trouble } from '../../controls';
import { JobLink } from '../../job-link';
import { useMay } from '../../me';
import { useApi } from '../../providers';
import { useSending } from '../../sending';

/** Puts a commit that no branch has any more onto a new branch, which somebody names. */
export function KeepCommit({ jobId, commit, subject }: { jobId: string; commit: string; subject: string }) {
  const api = useApi();
  const [open, setOpen] = useState(false);
  const [branch, setBranch] = useState('');
  // A press that is repeated is the same job, for as long as it asks for the same.
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [accepted, setAccepted] = useState<string | null>(null);
  const { sending, problem, send } = useSending();
  const mayAct = useMay('act');
  if (!mayAct) return null;
  if (accepted) {
    return (
      <p role="status" className="text-xs text-muted">
        <JobLink id={accepted} className="text-accent underline">
          A job puts it on {visible(branch)}
        </JobLink>
      </p>
    );
  }
  if (!open) {
    return (
      <Button look="quiet" onClick={() => setOpen(true)} aria-label={`Keep ${visible(subject)} on a branch`}>
        Keep on a branch…
      </Button>
    );
  }
  return (
    <form
      className="flex max-w-120 flex-col gap-2 py-1"
      onSubmit={(event) => {
        event.preventDefault();
        void send(async () => {
          const { jobId: keeping } = await api.jobs.keep.mutate({ jobId, commit, branch, idempotencyKey: key });
          setAccepted(keeping);
        });
      }}
    >
      <Field label="Name of the new branch" problem={problem?.fields.branch}>
        {(props) => (
          <input
            {...props}
            // biome-ignore lint/a11y/noAutofocus: it has just been asked for
            autoFocus
            value={branch}
            onChange={(event) => {
              setBranch(event.target.value);
              setKey(crypto.randomUUID());
            }}
          />
        )}
      </Field>
      <div className="flex gap-2">
        <Button type="submit" look="primary" disabled={sending || branch.trim() === ''}>
          Keep
        </Button>
        <Button onClick={() => setOpen(false)}>Cancel</Button>
      </div>
      {problem?.message && <Trouble>{problem.message}</Trouble>}
    </form>
  );
}
