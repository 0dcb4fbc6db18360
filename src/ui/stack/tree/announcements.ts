import { useCallback, useEffect, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { isActive } from '../../jobs/active';
import { resultWords } from '../../jobs/phase';
import { intent } from '../../jobs/words';

/** What to say of the newest job that has ended since; null where none has. */
export function endWords(before: JobDetail[], now: JobDetail[]): string | null {
  const open = new Set(before.flatMap(({ job }) => (isActive(job.status) ? [job.id] : [])));
  const ended = now.find(({ job }) => open.has(job.id) && !isActive(job.status));
  if (!ended) return null;
  const { job } = ended;
  return `${intent(job)}: ${job.status === 'completed' ? resultWords(ended) : `${job.status}. ${job.message}`}`;
}

/**
 * Words for who does not see the page: what was asked to be said, and how jobs ended.
 * @returns `say` is the same function for ever
 */
export function useAnnouncements(jobs: JobDetail[]): { words: string; say: (words: string) => void } {
  const [words, setWords] = useState('');
  const before = useRef<JobDetail[]>([]);
  useEffect(() => {
    const ended = endWords(before.current, jobs);
    before.current = jobs;
    if (ended !== null) setWords(ended);
  }, [jobs]);
  return { words, say: useCallback((next: string) => setWords(next), []) };
}
