'use client';

import { useState } from 'react';
import type { RepoRow } from '@/db/schema';
import { newKey, problemOf, problemWords } from '../api';
import { Button } from '../controls';
import { useApi } from '../providers';
import { lookAtRemote } from '../sync/look';

/** Asks whether the trunk shall be what the remote's HEAD names now. Loaded where it is to be asked. */
export default function HeadMoved({ repo: { id: repoId, head, trunk } }: { repo: RepoRow }) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (head === null || trunk === null) return null;
  const use = async (name: string) => {
    setBusy(true);
    setProblem(null);
    try {
      await api.repos.update.mutate({ repoId, trunk: name });
      if (name !== trunk) await lookAtRemote(api, repoId, newKey());
    } catch (error) {
      setProblem(problemWords(problemOf(error)));
    }
    setBusy(false);
  };
  return (
    <section
      aria-label="Trunk"
      className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-hairline bg-queued-tint px-4 py-2"
    >
      <p className="min-w-0 flex-1 basis-60 break-words">
        The remote’s HEAD is <code className="font-mono text-xs">{head}</code> now; the trunk here is{' '}
        <code className="font-mono text-xs">{trunk}</code>.
        {problem && (
          <span role="alert" className="block text-error">
            {problem}
          </span>
        )}
      </p>
      <div className="flex flex-wrap gap-2">
        <Button disabled={busy} onClick={() => void use(trunk)}>
          Keep {trunk}
        </Button>
        <Button look="primary" disabled={busy} onClick={() => void use(head)}>
          Use {head}
        </Button>
      </div>
    </section>
  );
}
