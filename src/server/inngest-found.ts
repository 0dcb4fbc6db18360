import type { Found } from './programs';

/** The Inngest server that runs as our child. */
export interface InngestFound extends Found {
  /** Its helper ports, which it opens on all addresses. */
  openPorts: number[];
}

/** On `globalThis`, because the server and the app's bundles do not share modules. */
const shared = globalThis as typeof globalThis & { __spicerackInngest?: InngestFound };

/** Set by the server before the app loads, when it has started one. */
export function setInngestFound(found: InngestFound): void {
  shared.__spicerackInngest = found;
}

/** The one that runs; null where none was asked for, or an Inngest server is configured. */
export function inngestFound(): InngestFound | null {
  return shared.__spicerackInngest ?? null;
}

/** What whoever asks for Inngest has to know, in one sentence or two. */
export function openPortsWarning(ports: number[]): string {
  return `Its helper ports ${ports.join(', ')} listen on all addresses and ask for no password, which Inngest has no setting for. Keep a firewall in front of this machine.`;
}
