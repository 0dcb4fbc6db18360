import { useState } from 'react';

/** What the form of a new task holds, as it was typed. */
export interface TaskDraft {
  title: string;
  description: string;
  /** Whether the task wants a branch that is there, or will be, or a new one. */
  on: 'existing' | 'new';
  /** The branch of `existing`. */
  branch: string;
  /** The branch below the new one; empty is the trunk. */
  parent: string;
  /** The new branch's name; empty is one made from the title. */
  name: string;
}

export const EMPTY_DRAFT: TaskDraft = { title: '', description: '', on: 'existing', branch: '', parent: '', name: '' };

/** Whether there is anything in it that somebody would miss. */
export function isWorthKeeping(draft: TaskDraft): boolean {
  return [draft.title, draft.description, draft.branch, draft.parent, draft.name].some((text) => text.trim() !== '');
}

const keyOf = (repoId: string) => `spicerack-task-draft:${repoId}`;

/** The repo's draft that this browser keeps: it survives a reload, a lost connection and a closed tab. */
export function storedDraft(repoId: string): TaskDraft {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(keyOf(repoId)) ?? 'null');
    return typeof stored === 'object' && stored !== null ? readDraft(stored) : EMPTY_DRAFT;
  } catch {
    // Storage is switched off, or holds what we did not write: there is no draft.
    return EMPTY_DRAFT;
  }
}

function readDraft(stored: object): TaskDraft {
  const given = new Map<string, unknown>(Object.entries(stored));
  const text = (field: keyof TaskDraft) => {
    const value = given.get(field);
    return typeof value === 'string' ? value : '';
  };
  return {
    title: text('title'),
    description: text('description'),
    on: text('on') === 'new' ? 'new' : 'existing',
    branch: text('branch'),
    parent: text('parent'),
    name: text('name'),
  };
}

/** The repo's draft, kept with every change. */
export function useDraft(repoId: string): [TaskDraft, (change: Partial<TaskDraft>) => void] {
  const [draft, setDraft] = useState(() => storedDraft(repoId));
  return [
    draft,
    (change) => {
      const changed = { ...draft, ...change };
      setDraft(changed);
      try {
        if (isWorthKeeping(changed)) localStorage.setItem(keyOf(repoId), JSON.stringify(changed));
        else localStorage.removeItem(keyOf(repoId));
      } catch {
        // Storage is switched off or full: the form itself still has it.
      }
    },
  ];
}
