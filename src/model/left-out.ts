/** Why a ref of the remote is no branch row. */
const LEFT_OUT_REASONS = [
  /** A symbolic ref: it stands for another ref, which a push to it would move. */
  'alias',
  /** Its name is not UTF-8. */
  'not_utf8',
  /** A part of its name is longer than a file's name may be. */
  'too_long',
  /** Its name and another one cannot both be files (`foo` and `foo/bar`; `Foo` and `foo` on some disks). */
  'clash',
  /** It names no commit: a tag, a tree, a file. */
  'no_commit',
  /** The remote lists it, and gives it out differently or not at all. */
  'not_given',
  /** It is broken there: it names nothing, or an object that the remote does not have. Its row stays as it was. */
  'broken',
] as const;

/** A ref of the remote that Spicerack cannot read or store: never moved, and everything else works. */
export interface LeftOutRef {
  /** Its name without `refs/heads/`, for people: what is not UTF-8 stands as `\xe9`, and a long one is cut. */
  name: string;
  reason: (typeof LEFT_OUT_REASONS)[number];
  /** Of an alias, what it stands for. */
  of?: string;
}

/** What of the remote does not stand in the branch rows. */
export interface LeftOut {
  /** The first of them, by name. */
  refs: LeftOutRef[];
  /** How many there are beside those. */
  more: number;
  /** The remote is a shallow clone: what is below a certain commit is not there. */
  shallow: boolean;
}
