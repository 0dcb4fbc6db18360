import { keptHere } from '../kept-here';

/** Which author of commits somebody is who looks in this browser; null where nobody has said it. */
export const author = keptHere<string | null>(
  'spicerack-author',
  (stored) => (typeof stored === 'string' && stored ? stored : null),
  null,
);
