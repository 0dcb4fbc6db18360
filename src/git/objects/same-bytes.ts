/** Bytes that are compared at once, natively, before the difference is looked for in smaller pieces, at last one by one. */
const PIECES = [8192, 256];

/** How many bytes two buffers begin with both. */
export function sameStart(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let same = 0;
  for (const piece of PIECES) {
    while (same + piece <= most && a.compare(b, same, same + piece, same, same + piece) === 0) same += piece;
  }
  while (same < most && a[same] === b[same]) same += 1;
  return same;
}

/** How many bytes two buffers end with both, of all behind the first `from` bytes of each. */
export function sameEnd(a: Buffer, b: Buffer, from: number): number {
  const most = Math.min(a.length, b.length) - from;
  const isSame = (done: number, piece: number) => {
    const [endA, endB] = [a.length - done, b.length - done];
    return a.compare(b, endB - piece, endB, endA - piece, endA) === 0;
  };
  let same = 0;
  for (const piece of PIECES) while (same + piece <= most && isSame(same, piece)) same += piece;
  while (same < most && a[a.length - 1 - same] === b[b.length - 1 - same]) same += 1;
  return same;
}
