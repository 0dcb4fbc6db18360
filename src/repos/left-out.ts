import type { LeftOutRef } from '@/model/left-out';

/** What is with a ref that stands in no row, in a sentence that says what to do where something can be done. */
export function leftOutWords({ name, reason, of }: LeftOutRef): string {
  switch (reason) {
    case 'alias':
      return `${name} is another name of ${of} (a symbolic ref), and never moved by itself.`;
    case 'not_utf8':
      return `${name} is left alone: its name is not UTF-8. Push it under another name to have it here.`;
    case 'too_long':
      return `${name} is left alone: its name is longer than a file's name may be. Push it under a shorter one to have it here.`;
    case 'clash':
      return `${name} is left alone: its name and another branch's cannot be stored beside each other. Rename one of them to have both here.`;
    case 'no_commit':
      return `${name} is left alone: it names no commit, but a tag, a tree or a file.`;
    case 'not_given':
      return `${name} is left alone: the remote lists it, but does not give out what it lists.`;
    case 'broken':
      return `${name} is left alone: it is broken on the remote, where it names nothing, or a commit that is not there. Mend or delete it there; until then, what is known of it stays as it was.`;
  }
}

export const shallowWords =
  'The remote is a shallow clone: commits below a certain one are missing there, and so here. "git fetch --unshallow" in it brings them.';
