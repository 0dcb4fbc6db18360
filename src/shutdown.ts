import { setMaxListeners } from 'node:events';

/** Aborted when the server begins to shut down; every open stream and every running step listens to it. */
const shared = globalThis as typeof globalThis & { __spicerackAbort?: AbortController };

function controller(): AbortController {
  if (!shared.__spicerackAbort) {
    shared.__spicerackAbort = new AbortController();
    // There are as many as streams are open: that is no leak, of which Node would warn.
    setMaxListeners(0, shared.__spicerackAbort.signal);
  }
  return shared.__spicerackAbort;
}

export function shutdownSignal(): AbortSignal {
  return controller().signal;
}

export function beginShutdown(): void {
  controller().abort(new DOMException('The server is shutting down.', 'AbortError'));
}
