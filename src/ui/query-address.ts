import { wire } from '@/api/wire';

/** Where the API answers, as the page asks it. */
export const API_PATH = '/api/trpc';

/** The address of a query exactly as the page's client asks for it, so that the HTML can ask for it first. */
export function queryAddress(path: string, input: unknown): string {
  return `${API_PATH}/${path}?input=${encodeURIComponent(JSON.stringify(wire.input.serialize(input)))}`;
}
