'use client';

import { useEffect, useState } from 'react';
import type { ChangedFile, ShownImage } from '@/model/changes';
import { visible } from '@/text/visible';
import { Skeleton } from '../../controls';
import { bytes } from '../../status/bytes';
import { useImage } from '../use-changes';

/** Whether a file is a picture by its name; its bytes have the last word. */
export function isPicture(path: string): boolean {
  return /\.(png|gif|jpe?g|webp)$/i.test(path);
}

/** A picture before and after. */
export function Pictures({ repoId, file }: { repoId: string; file: ChangedFile }) {
  return (
    <div className="flex flex-wrap gap-4 p-2">
      {file.before && <Picture repoId={repoId} side={file.before} when="before" path={file.path} />}
      {file.after && <Picture repoId={repoId} side={file.after} when="after" path={file.path} />}
    </div>
  );
}

function Picture({
  repoId,
  side,
  when,
  path,
}: {
  repoId: string;
  side: NonNullable<ChangedFile['after']>;
  when: string;
  path: string;
}) {
  const shown = useImage({ repoId, id: side.id });
  const image = shown.state === 'ready' ? shown.content : null;
  const address = useAddress(image);
  const size = [image && `${image.width} × ${image.height}`, side.bytes !== null && bytes(side.bytes)];
  return (
    <figure className="min-w-0">
      {shown.state === 'pending' && <Skeleton rows={2} label={`Loading ${visible(path)}`} />}
      {shown.state === 'error' && <p className="text-muted">{shown.words}</p>}
      {address && (
        // biome-ignore lint/performance/noImgElement: the page has it already, nothing is left to load
        <img
          src={address}
          alt={`${visible(path)} ${when}`}
          className="max-h-80 max-w-full rounded-chip border border-hairline object-contain"
        />
      )}
      <figcaption className="text-xs text-muted">
        {when}: {size.filter(Boolean).join(', ')}
      </figcaption>
    </figure>
  );
}

/** Where the page holds a picture, for as long as it is shown. */
function useAddress(image: ShownImage | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!image) return;
    const content = Uint8Array.from(atob(image.base64), (letter) => letter.charCodeAt(0));
    const made = URL.createObjectURL(new Blob([content], { type: image.type }));
    setAddress(made);
    return () => {
      URL.revokeObjectURL(made);
      setAddress(null);
    };
  }, [image]);
  return address;
}
