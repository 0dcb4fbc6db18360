/** Lines added and deleted; what is none is not said. */
export function Size({ additions, deletions }: { additions: number; deletions: number }) {
  if (additions + deletions === 0) return null;
  return (
    <span className="text-xs whitespace-nowrap tabular-nums">
      {additions > 0 && <span className="text-completed">+{additions.toLocaleString('en-US')}</span>}
      {additions > 0 && deletions > 0 && ' '}
      {deletions > 0 && <span className="text-error">−{deletions.toLocaleString('en-US')}</span>}
    </span>
  );
}
