/** The element that says something of what is pointed at, or of what has the focus: itself, or what it is a part of. */
export function tipAt(target: EventTarget | null): HTMLElement | null {
  const element = target instanceof Element ? target.closest('[data-tip]') : null;
  return element instanceof HTMLElement && element.dataset.tip ? element : null;
}
