/** The element that says something of what is pointed at, or of what has the focus: itself, or what it is a part of. */
export function tipAt(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target.closest('[data-tip]') : null;
  return element instanceof HTMLElement && element.dataset.tip ? element : null;
}

/** Whether an element says all that its tip would: those words are on it, and none of them is cut off. */
export function saysItself(element: HTMLElement): boolean {
  const isCut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }: Element) =>
    clientWidth > 0 && (scrollWidth > clientWidth || scrollHeight > clientHeight);
  return (
    element.textContent.trim() === element.dataset.tip?.trim() &&
    ![element, ...element.querySelectorAll('*')].some(isCut)
  );
}
