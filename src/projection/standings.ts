import { breather } from '@/breather';
import { Graph } from '@/repos/graph';
import { baseOf } from '@/stack/base';
import type { History } from '@/stack/history';
import type { Landing } from '@/stack/landing-evidence';
import { suggestParents } from '@/stack/suggest';
import type { ProjectedRow, ProjectionInput, Seen } from './input';
import { landedBelow, landedCommits } from './landings';

/** Where a live branch stands. */
export interface Stance {
  row: ProjectedRow;
  was: ProjectedRow | undefined;
  /** What it stands on (untracked: the suggested parent). */
  parent: string;
  /** Tip of what it stands on (untracked: of the suggested parent); null where that commit is not there any more. */
  parentTip: string | null;
  base: string | null;
  trunkTip: string;
}

/** Who stands on whom, if some rows are merged and others are not. */
export interface Standings {
  graph: Graph<ProjectedRow>;
  /** Of every branch that is not merged. */
  stances: Stance[];
  suggestions: Map<string, string>;
}

/** Whether the branch was seen with commits of its own, of which it still holds one at least. */
export function hadWork(history: History, was: ProjectedRow | undefined, tip: string): boolean {
  if (!was) return false;
  const held = was.tip === tip ? tip : history.mergeBase(was.tip, tip);
  if (was.base === null) return was.ahead > 0 && held === was.tip;
  return held !== null && held !== was.base && history.isAncestor(was.base, held);
}

/** Where branches stand if these rows are merged and those are not; what was answered once is not looked up again. */
export function standings(
  history: History,
  trunk: { name: string; tip: string },
  previous: ReadonlyMap<string, ProjectedRow>,
  { seen, pullRequests }: ProjectionInput & Seen,
  { holding, lost }: { holding: ReadonlyMap<string, Landing[]>; lost: ReadonlyMap<string, Landing[]> },
): (rows: ProjectedRow[]) => Promise<Standings> {
  const known = new Map<string, string | null>();
  const breath = breather();
  return async (rows) => {
    const graph = new Graph(rows, trunk.name);
    const tipOf = (name: string) => (name === trunk.name ? trunk.tip : (graph.get(name)?.tip ?? null));
    const live = rows.filter((row) => !row.merged && !row.gone);
    const suggestions = await suggestParents(
      history,
      trunk,
      live.map(({ name, tip, tracked, parent }) => {
        const pullRequestBase = pullRequests?.get(name)?.base;
        return { name, tip, tracked, parent, tips: seen.now(name), pullRequestBase };
      }),
    );
    const below = landedBelow(rows, holding, graph);
    const stances: Stance[] = [];
    for (const row of rows) {
      await breath();
      if (row.merged) continue;
      const { name, tip } = row;
      const parent = row.tracked ? graph.effectiveParent(name) : (suggestions.get(name) ?? trunk.name);
      const parentTip = tipOf(parent);
      const was = previous.get(name);
      const own = holding.get(name) ?? [];
      const landedThere = below.get(parent);
      const key = [name, parent, own.length, landedThere?.size].join(' ');
      let base = known.get(key);
      if (base === undefined) {
        base = baseOf(history, {
          tip,
          parentTip,
          recorded: row.tracked ? row.base : null,
          isNamed: row.tracked && row.baseNamed,
          parentTips: row.baseNamed ? [] : seen.now(parent),
          landed: own.length === 0 ? landedThere : new Set([...(landedThere ?? []), ...own.map(({ upTo }) => upTo)]),
          ownAgain: lost.has(name) ? landedCommits(history, lost.get(name) ?? []) : undefined,
          thrownOut: lost.get(name)?.flatMap(({ into, at }) => (into === trunk.name ? [] : [at])),
          mergedTips: row.tracked ? graph.mergedBelow(name).map(({ tip }) => tip) : [],
          hadWork: hadWork(history, was, tip),
        });
        known.set(key, base);
      }
      const isKnown = parentTip !== null && history.has(parentTip);
      stances.push({ row, was, parent, parentTip: isKnown ? parentTip : null, base, trunkTip: trunk.tip });
    }
    return { graph, stances, suggestions };
  };
}
