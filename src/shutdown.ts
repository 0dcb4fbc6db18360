/** Aborted when the server begins to shut down; every open stream and every running step listens to it. */
const shared = globalThis as typeof globalThis & { __spicerackAbort?: AbortController };

function controller(): AbortController {
  shared.__spicerackAbort ??= new AbortController();
  return shared.__spicerackAbort;
}

export function shutdownSignal(): AbortSignal {
  return controller().signal;
}

export function beginShutdown(): void {
  controller().abort(new DOMException('The server is shutting down.', 'AbortError'));
}
