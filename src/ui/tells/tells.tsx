'use client';

import { useEffect, useMemo, useRef } from 'react';
import type { JobDetail } from '@/api/jobs';
import type { BranchRow, RepoRow } from '@/db/schema';
import { author as known } from '../author/known';
import type { Docked } from '../jobs/dock/docked';
import { outcomeOf } from '../jobs/outcome';
import { useMe } from '../me';
import type { States } from '../stack/filter';
import { type Looked, noticesOf, wanted } from './notices';

/** Tells who looks elsewhere: by the tab's icon, and by notices of the browser where somebody wants them. Loaded after the page. */
export default function Tells({
  repo,
  docked,
  jobs,
  branches,
  states,
}: {
  repo: RepoRow;
  docked: Docked | null;
  jobs: JobDetail[];
  branches: BranchRow[];
  states: States;
}) {
  const { name } = useMe();
  const author = known.use();
  const wants = wanted.use();
  const looked = useMemo<Looked>(
    () => ({
      jobs,
      conflicts: new Map(
        branches.flatMap((branch) =>
          states.get(branch.name)?.is === 'conflict' ? [[branch.name, branch.author] as const] : [],
        ),
      ),
    }),
    [jobs, branches, states],
  );
  const before = useRef(looked);
  useEffect(() => {
    const asks = name ?? author ?? 'dashboard';
    const notices = noticesOf(before.current, looked, { author, asks });
    before.current = looked;
    if (!wants || document.visibilityState === 'visible' || !('Notification' in window)) return;
    for (const body of notices) {
      const notice = new Notification(repo.name, { body, tag: `${repo.id} ${body}` });
      notice.onclick = () => window.focus();
    }
  }, [looked, wants, name, author, repo]);
  useIcon(docked === null ? null : docked.is === 'active' ? 'running' : outcomeOf(docked.detail.job));
  return null;
}

const TONES: Record<string, string> = {
  running: '#0b58bb',
  completed: '#116b37',
  held_back: '#6c3ea9',
  lost_commits: '#845300',
  error: '#b31319',
};

/** The tab's icon with a mark at its corner; null is the plain one. */
function useIcon(mark: string | null): void {
  const tone = mark === null ? null : (TONES[mark] ?? null);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (!link || tone === null) return;
    const plain = link.href;
    let address: string | null = null;
    let over = false;
    fetch(plain)
      .then((answer) => answer.text())
      .then((svg) => {
        if (over) return;
        const dot = `<circle cx="25" cy="7" r="7" fill="#fff"/><circle cx="25" cy="7" r="5.5" fill="${tone}"/></svg>`;
        address = URL.createObjectURL(new Blob([svg.replace(/<\/svg>\s*$/, dot)], { type: 'image/svg+xml' }));
        link.href = address;
      })
      .catch(() => {
        // The server is away: the icon stays plain.
      });
    return () => {
      over = true;
      link.href = plain;
      if (address) URL.revokeObjectURL(address);
    };
  }, [tone]);
}
