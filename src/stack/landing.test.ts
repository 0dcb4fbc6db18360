import { describe, expect, test } from 'vitest';
import type { BatchPair, MergeOutcome } from '@/git/objects/merge-tree';
import { type Chain, linksOf, sharedChains } from './chain';
import { History } from './history';
import { findLandings, type LandingCandidate } from './landing';
import { type Below, type LandingQuestions, placesThatHave } from './landing-evidence';

/** Files by path. */
type Files = Record<string, string>;

/** A commit graph whose merges are made path by path, and which counts what it is asked. */
class World {
  readonly #files = new Map<string, Files>();
  readonly #parents = new Map<string, string[]>();
  readonly asked = { history: 0, paths: 0, merges: 0, objects: 0 };

  commit(id: string, parent: string | null, changes: Files): string {
    this.#files.set(id, { ...this.#files.get(parent ?? ''), ...changes });
    this.#parents.set(id, parent === null ? [] : [parent]);
    return id;
  }

  history(): History {
    const { asked } = this;
    class Counted extends History {
      override isAncestor(ancestor: string, commit: string) {
        asked.history += 1;
        return super.isAncestor(ancestor, commit);
      }
      override mergeBase(a: string, b: string) {
        asked.history += 1;
        return super.mergeBase(a, b);
      }
      override lineAbove(base: string, tip: string) {
        asked.history += 1;
        return super.lineAbove(base, tip);
      }
      override *firstParentLine(tip: string) {
        for (const commit of super.firstParentLine(tip)) {
          asked.history += 1;
          yield commit;
        }
      }
    }
    // What was committed later stands before what it stands on.
    return new Counted([...this.#parents].map(([id, parents]) => ({ id, parents })).reverse());
  }

  ask(): LandingQuestions {
    const filesOf = (commit: string) => this.#files.get(commit) ?? {};
    const treeOf = (files: Files) => JSON.stringify(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
    const pathsOf = (...all: Files[]) => [...new Set(all.flatMap((files) => Object.keys(files)))];
    const merge = ({ ours, theirs, base }: BatchPair): MergeOutcome => {
      const [our, their, was] = [filesOf(ours), filesOf(theirs), filesOf(base?.commit ?? '')];
      const merged: Files = {};
      for (const path of pathsOf(our, their, was)) {
        const both = our[path] === their[path] || their[path] === was[path] ? our[path] : their[path];
        if (both !== our[path] && our[path] !== was[path]) return { clean: false, files: [path] };
        if (both !== undefined) merged[path] = both;
      }
      return { clean: true, tree: treeOf(merged) };
    };
    return {
      merges: async (pairs) => {
        this.asked.merges += pairs.length;
        return pairs.map(merge);
      },
      paths: async (pairs) => {
        this.asked.paths += pairs.length;
        return pairs.map(({ from, to }) =>
          pathsOf(filesOf(from), filesOf(to)).filter((path) => filesOf(from)[path] !== filesOf(to)[path]),
        );
      },
      renamed: async (pairs) => pairs.map(() => new Map()),
      trees: async (commits) => commits.map((commit) => treeOf(filesOf(commit))),
      objects: async (places) => {
        this.asked.objects += places.length;
        return places.map(({ commit, path }) => filesOf(commit)[path] ?? null);
      },
    };
  }
}

interface Branch {
  name: string;
  tip: string;
  base: string;
  parent: string;
}

/** The landings of branches, parents first, that were seen with these tips before. */
function landingsOf(world: World, history: History, branches: Branch[], trunkTip: string) {
  const byName = new Map(branches.map((branch) => [branch.name, branch]));
  const placesFrom = sharedChains<string, Below>({
    key: (name) => name,
    step(name) {
      const branch = byName.get(name);
      if (!branch) return { link: () => null, goesOn: null };
      const link = (next: Chain<Below> | null): Below => {
        const isIn = next !== null && history.isAncestor(next.tip, branch.tip);
        return { name, tip: branch.tip, seen: [branch.tip], apart: isIn ? next.apart : next };
      };
      return { link, goesOn: branch.parent };
    },
    last: { name: 'main', tip: trunkTip, seen: [], apart: null, next: null },
  });
  const candidates = branches.map(({ name, tip, base, parent }): LandingCandidate => {
    const below = placesFrom(parent);
    if (!below) throw new Error('main is below all');
    const lookedAt = { lookedAt: null, seen: [] };
    const places = [...linksOf(below)].filter((place) => place.name === parent || place.name === 'main');
    return {
      ...{ name, tip, base, from: base, parent, below, recorded: { base, tip }, hadWork: true, isThere: true },
      byContent: places.map((place) => ({ name: place.name, tip: place.tip, ...lookedAt })),
      voided: new Set(),
    };
  });
  return findLandings(history, candidates, world.ask());
}

/** b0 ← b1 ← … on main, each with a commit to its own file; what comes to main then. */
async function tall(
  height: number,
  onMain: (i: number) => Files,
  changes = (i: number): Files => ({ [`f${i}`]: 'x' }),
) {
  const world = new World();
  const start = world.commit('start', null, { f: '1' });
  const branches: Branch[] = [];
  for (let i = 0; i < height; i += 1) {
    const below = branches.at(-1);
    const base = below?.tip ?? start;
    const tip = world.commit(`c${i}`, base, changes(i));
    branches.push({ name: `b${i}`, tip, base, parent: below?.name ?? 'main' });
  }
  const trunk = world.commit('trunk', start, onMain(height));
  const history = world.history();
  const landings = await landingsOf(world, history, branches, trunk);
  const found = landings.map(({ branch, upTo, into, at }) => `${branch} to ${upTo} in ${into} at ${at}`);
  return { found, ...world.asked };
}

describe('a tall stack', () => {
  test.each([
    ['nothing has landed of', () => ({ other: '1' }), []],
    ['the lowest has landed of', () => ({ f0: 'x' }), ['b0 to c0 in main at trunk']],
  ])('that %s takes work that grows with its height, and not with the square of it', async (_, onMain, expected) => {
    const [low, high] = [await tall(100, onMain), await tall(200, onMain)];
    expect([low.found, high.found]).toEqual([expected, expected]);
    expect(high.history).toBeLessThan(2.1 * low.history);
    expect(high.history).toBeLessThan(200 * 20);
    expect(high.paths).toBeLessThan(200 * 3);
    expect(high.merges).toBeLessThan(20);
  });

  const each = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 'x']));
  const oneFile = (i: number): Files => ({ log: `${i}` });
  const twoByTwo = (i: number): Files => ({ [`f${i >> 1}`]: `${i % 2}` });
  const pairs = (height: number) => Object.fromEntries(Array.from({ length: height / 2 }, (_, i) => [`f${i}`, '1']));
  test.each([
    { what: 'came to main whole', onMain: each, lands: (height: number) => height },
    { what: 'came to main but for the last three', onMain: (h: number) => each(h - 3), lands: (h: number) => h - 3 },
    {
      what: 'edits one file and came to main whole',
      onMain: (h: number) => ({ log: `${h - 1}` }),
      changes: oneFile,
      lands: (height: number) => height,
    },
    {
      what: 'edits one file and came to main up to its middle',
      onMain: (h: number) => ({ log: `${h / 2}` }),
      changes: oneFile,
      lands: (h: number) => h / 2 + 1,
    },
    {
      what: 'of which every second branch came to main, the others on the same lines',
      onMain: (h: number) => Object.fromEntries(Array.from({ length: h / 2 }, (_, i) => [`f${i}`, '0'])),
      changes: twoByTwo,
      lands: (h: number) => h / 2,
    },
    { what: 'edits one file, which main edits too', onMain: () => ({ log: 'x' }), changes: oneFile, lands: () => 0 },
    {
      what: 'came to main whole, each second on the lines of the one below',
      onMain: pairs,
      changes: twoByTwo,
      lands: (h: number) => h,
    },
  ])('that $what takes work that grows with its height', async ({ onMain, changes, lands }) => {
    const [low, high] = [await tall(100, onMain, changes), await tall(200, onMain, changes)];
    expect([low.found.length, high.found.length]).toEqual([lands(100), lands(200)]);
    for (const what of ['history', 'paths', 'merges', 'objects'] as const) {
      expect(high[what]).toBeLessThan(3 * low[what]);
    }
    expect(high.merges).toBeLessThan(200 * 100);
  });

  test('lands where it did however many branches came at once, in whatever place of it', async () => {
    const [height, from, to] = [80, 10, 70];
    const edits = (i: number): Files => ({ [`f${i}`]: 'x', ...(i >= from && i < to && { log: `${i}` }) });
    const onMain = () => Object.assign({}, ...Array.from({ length: to - from }, (_, i) => edits(from + i)));
    const { found } = await tall(height, onMain, edits);
    expect(found.toSorted()).toEqual(
      Array.from({ length: to - from }, (_, i) => `b${from + i} to c${from + i} in main at trunk`).toSorted(),
    );
  });

  test('that landed up to some branch, squashed, has landed up to there', async () => {
    const { found } = await tall(6, () => ({ f0: 'x', f1: 'x', f2: 'x' }));
    expect(found.toSorted()).toEqual([0, 1, 2].map((i) => `b${i} to c${i} in main at trunk`));
  });

  test('all of which edits one file has landed where that came to main as the topmost has it', async () => {
    const edits = (i: number) => ({ log: `${i}` });
    const { found } = await tall(4, () => ({ log: '3' }), edits);
    expect(found.toSorted()).toEqual([0, 1, 2, 3].map((i) => `b${i} to c${i} in main at trunk`));
    expect((await tall(4, () => ({ log: 'other' }), edits)).found).toEqual([]);
  });
});

test('the places that have a commit are those of which it is an ancestor, however they stand on each other', () => {
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let round = 0; round < 200; round += 1) {
    const commits = Array.from({ length: 12 }, (_, i) => ({
      id: `c${i}`,
      parents: i === 0 ? [] : [...new Set([`c${random(i)}`, ...(random(4) === 0 ? [`c${random(i)}`] : [])])],
    }));
    const history = new History(commits.toReversed());
    const place = (i: number, next: Chain<Below> | null): Chain<Below> => {
      const tip = `c${random(12)}`;
      const apart = next && history.isAncestor(next.tip, tip) ? next.apart : next;
      return { name: `p${i}`, tip, seen: [], apart, next };
    };
    let below = place(0, null);
    for (let i = 1; i < 6; i += 1) below = place(i, below);
    const places = [...linksOf(below)];
    for (const { id } of commits) {
      const have = [...placesThatHave(history, id, below)].map(({ name }) => name);
      expect(have).toEqual(places.filter(({ tip }) => history.isAncestor(id, tip)).map(({ name }) => name));
    }
  }
});
