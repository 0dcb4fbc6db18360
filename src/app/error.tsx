'use client';

import { Message } from '@/ui/message';

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  return (
    <Message title="This page failed" detail={error.message}>
      <button type="button" onClick={reset} className="text-accent underline">
        Draw it again
      </button>
    </Message>
  );
}
