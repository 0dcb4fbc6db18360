import { useEffect } from 'react';

/** An element on the way from what has the focus up to the page, and what stood beside it. */
interface Step {
  element: Element;
  next: Element | null;
  last: Element | null;
}

/** How long the page may take to give the focus to something itself, as a dialog does that closes. Milliseconds. */
const OWN_MS = 100;

const FOCUSABLE =
  ':is(a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex]):not([tabindex="-1"])';

/**
 * What the keys are at may go: a button that has become words, a row that is done with. The focus then goes to what is
 * nearest to where it was, so that nobody begins again at the top of the page. A mouse needs no such place.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let way: Step[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const came = ({ target }: FocusEvent) => {
      way = target instanceof Element && target.matches(':focus-visible') ? wayUp(target) : [];
    };
    const pointed = () => {
      way = [];
    };
    const observer = new MutationObserver(() => {
      if (!way[0] || way[0].element.isConnected) return;
      const lost = way;
      way = [];
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (document.activeElement === document.body) nearest(lost)?.focus({ preventScroll: true });
      }, OWN_MS);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener('focusin', came);
    document.addEventListener('pointerdown', pointed, true);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('focusin', came);
      document.removeEventListener('pointerdown', pointed, true);
    };
  }, []);
}

/** Up to the page's main part, beyond which one is at another place. */
function wayUp(from: Element): Step[] {
  const way: Step[] = [];
  for (let at: Element | null = from; at && at.id !== 'main'; at = at.parentElement)
    way.push({ element: at, next: at.nextElementSibling, last: at.previousElementSibling });
  return way;
}

/** What came after it, or before it; else what has taken its place; where there is a tree, its keys are the page's. */
function nearest(way: Step[]): HTMLElement | null {
  const at = way.findIndex(({ element }) => element.isConnected);
  const gone = way[at - 1];
  if (!gone) return null;
  for (const place of [gone.next, gone.last, ...way.slice(at).map(({ element }) => element)]) {
    if (!place?.isConnected) continue;
    const tree = place.closest<HTMLElement>('[role=treegrid]') ?? place.querySelector<HTMLElement>('[role=treegrid]');
    const found = tree ?? firstIn(place);
    if (found) return found;
  }
  return null;
}

function firstIn(place: Element): HTMLElement | null {
  const all = [...place.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.checkVisibility());
  return all.find((element) => 'main' in element.dataset) ?? all[0] ?? null;
}
