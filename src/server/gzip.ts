import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Whether who sends this `Accept-Encoding` reads gzip: `gzip;q=0` is a no. */
export function takesGzip(acceptEncoding: string | null): boolean {
  const codings = (acceptEncoding ?? '').split(',');
  return codings.some((each) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/i.test(each));
}

/** At the fastest level, which is half a tenth larger than the slowest, and not in the loop's thread. */
export function gzipped(bytes: Uint8Array): Promise<Buffer> {
  return compress(bytes, { level: constants.Z_BEST_SPEED });
}
