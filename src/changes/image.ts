import type { ShownImage } from '@/model/changes';

/**
 * What a picture's first bytes say of it; null for what is no picture of these kinds. Sizes are in points.
 * Those kinds hold points of colour and nothing that runs.
 */
export function readImage(content: Buffer): Omit<ShownImage, 'base64'> | null {
  const ascii = (from: number, to: number) => content.toString('latin1', from, to);
  if (content.length < 30) return null;
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n' && ascii(12, 16) === 'IHDR') {
    return { type: 'image/png', width: content.readUInt32BE(16), height: content.readUInt32BE(20) };
  }
  if (/^GIF8[79]a$/.test(ascii(0, 6))) {
    return { type: 'image/gif', width: content.readUInt16LE(6), height: content.readUInt16LE(8) };
  }
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') {
    const size = sizeOfWebp(ascii(12, 16), content);
    return size && { type: 'image/webp', ...size };
  }
  if (ascii(0, 2) === '\xff\xd8') {
    const size = sizeOfJpeg(content);
    return size && { type: 'image/jpeg', ...size };
  }
  return null;
}

interface Size {
  width: number;
  height: number;
}

function sizeOfWebp(chunk: string, content: Buffer): Size | null {
  switch (chunk) {
    case 'VP8X':
      return { width: content.readUIntLE(24, 3) + 1, height: content.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = content.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: content.readUInt16LE(26) & 0x3fff, height: content.readUInt16LE(28) & 0x3fff };
    default:
      return null;
  }
}

/** Goes from segment to segment to the one that begins a frame. */
function sizeOfJpeg(content: Buffer): Size | null {
  for (let at = 2; at + 9 < content.length && content[at] === 0xff; ) {
    const marker = content[at + 1] ?? 0;
    const begins = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (begins) return { width: content.readUInt16BE(at + 7), height: content.readUInt16BE(at + 5) };
    at += 2 + content.readUInt16BE(at + 2);
  }
  return null;
}
