import type { TaskDraft } from './draft';

/** What `tasks.create` takes of a draft. */
export function requestOf(
  draft: TaskDraft,
  trunk: string | null,
): { title: string; description?: string; branch?: string; parent?: string } {
  const given = (text: string) => (text.trim() === '' ? undefined : text.trim());
  const description = given(draft.description);
  const parent = given(draft.parent) ?? trunk ?? undefined;
  const name = given(draft.name);
  return {
    title: draft.title,
    ...(description ? { description } : {}),
    ...(draft.on === 'existing'
      ? { branch: draft.branch.trim() }
      : { ...(parent ? { parent } : {}), ...(name ? { branch: name } : {}) }),
  };
}
