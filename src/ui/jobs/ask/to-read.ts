import { useEffect, useState } from 'react';

/** What is asked may change while somebody reads, for branches move: who was about to say yes is given time to see it. Milliseconds. */
export const TO_READ_MS = 700;

/** Whether what is asked has stood there for as long as it takes to see it; what is not asked needs no time. */
export function useIsRead(words: string | null): boolean {
  const [read, setRead] = useState(words);
  useEffect(() => {
    // What comes back, as when a number goes up and down again, has changed too.
    setRead(null);
    const timer = setTimeout(() => setRead(words), TO_READ_MS);
    return () => clearTimeout(timer);
  }, [words]);
  return words === null || words === read;
}
