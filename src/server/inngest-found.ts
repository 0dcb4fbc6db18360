import type { Found, Missing } from './programs';

/** On `globalThis`, because the server and the app's bundles do not share modules. */
const shared = globalThis as typeof globalThis & { __spicerackInngest?: Found | Missing };

/** Set by the server before the app loads, when it looked for the Inngest program. */
export function setInngestFound(found: Found | Missing): void {
  shared.__spicerackInngest = found;
}

/** What came of looking; null where nobody looked (inline was asked for, or an Inngest server is configured). */
export function inngestFound(): Found | Missing | null {
  return shared.__spicerackInngest ?? null;
}
