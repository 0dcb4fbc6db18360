import type { RepoRow } from '@/db/schema';

/** What the form of a repo's settings holds: text as it was typed. */
export interface Draft {
  name: string;
  url: string;
  trunk: string;
  engine: RepoRow['engine'];
  /** Empty is off. */
  autoSyncMinutes: string;
  autoRestack: boolean;
  autoSyncMoves: boolean;
  allowNonAtomicPush: boolean;
}

export type DraftField = keyof Draft;

/** What `repos.update` takes of a draft. */
export interface Changes {
  name?: string;
  url?: string;
  trunk?: string;
  engine?: RepoRow['engine'];
  autoSyncMinutes?: number | null;
  autoRestack?: boolean;
  autoSyncMoves?: boolean;
  allowNonAtomicPush?: boolean;
}

/** The form as the repo is now. */
export function savedDraft(repo: RepoRow): Draft {
  const { name, url, engine, autoRestack, autoSyncMoves, allowNonAtomicPush } = repo;
  return {
    name,
    url,
    trunk: repo.trunk ?? '',
    engine,
    autoSyncMinutes: repo.autoSyncMinutes === null ? '' : String(repo.autoSyncMinutes),
    autoRestack,
    autoSyncMoves,
    allowNonAtomicPush,
  };
}

/** A repo as the page knows it, with the settings of an answer and nothing else of that: the feed may know newer. */
export function withSettings(known: RepoRow, answered: RepoRow): RepoRow {
  const { name, url, trunk, engine, autoSyncMinutes, autoRestack, autoSyncMoves, allowNonAtomicPush } = answered;
  return { ...known, name, url, trunk, engine, autoSyncMinutes, autoRestack, autoSyncMoves, allowNonAtomicPush };
}

/** What a draft would change, and what cannot even be asked for, by field. The server judges the rest. */
export function changesOf(
  saved: Draft,
  draft: Draft,
): { changes: Changes; problems: Partial<Record<DraftField, string>> } {
  const changes: Changes = {};
  const problems: Partial<Record<DraftField, string>> = {};
  if (draft.name.trim() !== saved.name) changes.name = draft.name;
  if (draft.url.trim() !== saved.url) changes.url = draft.url;
  if (draft.trunk.trim() !== saved.trunk) changes.trunk = draft.trunk.trim();
  if (draft.engine !== saved.engine) changes.engine = draft.engine;
  if (draft.autoSyncMoves !== saved.autoSyncMoves) changes.autoSyncMoves = draft.autoSyncMoves;
  if (draft.autoRestack !== saved.autoRestack) changes.autoRestack = draft.autoRestack;
  if (draft.allowNonAtomicPush !== saved.allowNonAtomicPush) changes.allowNonAtomicPush = draft.allowNonAtomicPush;
  const minutes = draft.autoSyncMinutes.trim();
  if (minutes !== saved.autoSyncMinutes) {
    if (minutes === '') changes.autoSyncMinutes = null;
    else if (/^-?\d+$/.test(minutes)) changes.autoSyncMinutes = Number(minutes);
    else problems.autoSyncMinutes = 'Give whole minutes, or leave it empty for off.';
  }
  return { changes, problems };
}
