'use client';

import { Check, Copy } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';

/** How long it says that it has copied, in milliseconds. */
const SAID_MS = 2000;

/** Copies a text. Returns whether it could: the clipboard is closed to pages that are not served securely. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard, or the browser refuses it: the caller says so.
    return false;
  }
}

/** Copies a text, and says whether that went. */
export function CopyButton({
  text,
  label,
  children,
  className = '',
}: {
  text: string;
  /** What is copied, for who cannot see it: `the commands`. */
  label: string;
  /** What stands on it; an icon where nothing does. */
  children?: ReactNode;
  className?: string;
}) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no');
  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), SAID_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => setCopied((await copyText(text)) ? 'yes' : 'refused');
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={`Copy ${label}`}
      title={copied === 'refused' ? 'The browser does not let this page copy: select it.' : `Copy ${label}`}
      className={`touch inline-flex shrink-0 items-center gap-1 rounded-chip px-1 text-muted hover:bg-hover hover:text-text ${className}`}
    >
      {children}
      {copied === 'yes' ? (
        <Check size={12} aria-hidden className="text-completed" />
      ) : (
        <Copy size={12} aria-hidden className={copied === 'refused' ? 'text-error' : undefined} />
      )}
      <span role="status" className="sr-only">
        {{ no: '', yes: 'Copied', refused: 'It could not be copied' }[copied]}
      </span>
    </button>
  );
}
