/** What a stream says while it is alive: that it is there, a ping where nothing has changed, and what has. */
const SIGNS = ['open', 'connected', 'ping', 'message'];

/** Tells whenever a stream says something. */
export function hear(stream: EventTarget, heard: () => void): void {
  for (const sign of SIGNS) stream.addEventListener(sign, heard);
}

/**
 * The browser's streams, each of which tells when it says something: whoever reads one is not told of pings, and by them
 * alone one knows how old a page is whose server has fallen silent.
 */
export function hearing(heard: () => void): typeof EventSource {
  return class extends EventSource {
    constructor(url: string | URL, init?: EventSourceInit) {
      super(url, init);
      hear(this, heard);
    }
  };
}
