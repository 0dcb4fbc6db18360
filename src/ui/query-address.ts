import { preload } from 'react-dom';
import { wire } from '@/api/wire';

/** Where the API answers, as the page asks it. */
export const API_PATH = '/api/trpc';

/** The address of a query exactly as the page's client asks for it, so that the HTML can ask for it first. */
export function queryAddress(path: string, input?: unknown): string {
  const sent = JSON.stringify(wire.input.serialize(input));
  return `${API_PATH}/${path}${sent === undefined ? '' : `?input=${encodeURIComponent(sent)}`}`;
}

/** Has the HTML ask what the page will: on a slow line the scripts come seconds later. */
export function asksFirst(path: string, input?: unknown): void {
  preload(queryAddress(path, input), { as: 'fetch', crossOrigin: 'anonymous' });
}
