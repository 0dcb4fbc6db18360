import { describe, expect, test } from 'vitest';
import { CommitGraph, type HistoryCommit } from './commit-graph';
import { History } from './history';

//  t4 ── t3 ── t2 ── t1          trunk; t3 merges s2
//         └── s2 ── s1 ──┘       s1 stands on t1
//  b2 ── b1 ─── t2
const history = new History([
  { id: 'b2', parents: ['b1'] },
  { id: 'b1', parents: ['t2'] },
  { id: 't4', parents: ['t3'] },
  { id: 't3', parents: ['t2', 's2'] },
  { id: 's2', parents: ['s1'] },
  { id: 's1', parents: ['t1'] },
  { id: 't2', parents: ['t1'] },
  { id: 't1', parents: ['below'] },
]);

describe('History', () => {
  test('lists the commits of a branch that no branch below it has', () => {
    expect(history.ownCommits('b2', ['t4'])).toEqual(['b2', 'b1']);
    expect(history.ownCommits('b2', ['t4', 'b1'])).toEqual(['b2']);
    expect(history.ownCommits('t4', ['b2'])).toEqual(['t4', 't3', 's2', 's1']);
  });

  test('tells what trunk received by a merge from what was committed to it', () => {
    expect(history.isOnFirstParentLine('t1', 't4')).toBe(true);
    expect(history.isOnFirstParentLine('t4', 't4')).toBe(true);
    expect(history.isOnFirstParentLine('s2', 't4')).toBe(false);
    expect(history.isOnFirstParentLine('b1', 't4')).toBe(false);
  });

  test('one question leaves nothing behind for the next', () => {
    const ask = () => [history.mergeBase('b2', 't4'), history.isAncestor('s1', 't4'), history.aheadBehind('t4', 'b2')];
    expect(ask()).toEqual(['t2', true, { ahead: 4, behind: 2 }]);
    expect(ask()).toEqual(ask());
  });

  test('gives the newest commits of a tip, its merges’ too', () => {
    expect(history.newestCommits('t4', 3)).toEqual(['t4', 't3', 's2']);
    expect(history.newestCommits('b2', 10)).toEqual(['b2', 'b1', 't2', 't1']);
    expect(history.newestCommits('elsewhere', 10)).toEqual([]);
  });

  test('gives the line of first parents, and of that no more than is read', () => {
    expect([...history.firstParentLine('b2')]).toEqual(['b2', 'b1', 't2', 't1']);
    const [newest, before] = history.firstParentLine('t4');
    expect([newest, before]).toEqual(['t4', 't3']);
    expect([...history.firstParentLine('t1')]).toEqual(['t1']);
    expect([...history.firstParentLine('elsewhere')]).toEqual([]);
  });

  test('names the first of many tips that has a commit', () => {
    const tips = { elsewhere: 'not here', branch: 'b2', old: 't3', trunk: 't4' };
    const first = history.firstToHave(new Map(Object.entries(tips)));
    for (const id of [...history.newestCommits('t4', 10), 'b2', 'b1']) {
      const found = Object.entries(tips).find(([, tip]) => history.isAncestor(id, tip));
      expect(first(id), id).toBe(found?.[0]);
    }
    expect([first('b1'), first('s1'), first('t4'), first('below')]).toEqual(['branch', 'old', 'trunk', null]);
  });

  test('names a merge base where there is but one', () => {
    expect(history.onlyMergeBase('b2', 't4')).toBe('t2');
    expect(history.onlyMergeBase('b1', 'b2')).toBe('b1');
    expect(history.onlyMergeBase('b1', 'elsewhere')).toBeNull();
    // Each of both has merged what the other one was.
    const crossed = new History([
      { id: 'a2', parents: ['a1', 'b1'] },
      { id: 'b2', parents: ['b1', 'a1'] },
      { id: 'a1', parents: ['z'] },
      { id: 'b1', parents: ['z'] },
      { id: 'z', parents: [] },
    ]);
    expect(crossed.mergeBase('a2', 'b2')).toBe('a1');
    expect([crossed.onlyMergeBase('a2', 'b2'), crossed.onlyMergeBase('b2', 'a2')]).toEqual([null, null]);
    expect(crossed.onlyMergeBase('a1', 'b2')).toBe('a1');
  });

  test('a commit below the part is nobody’s ancestor, and two lines that meet only there have no common one', () => {
    expect(history.isAncestor('below', 't4')).toBe(false);
    expect(
      new History([
        { id: 'a', parents: ['z'] },
        { id: 'b', parents: ['z'] },
      ]).mergeBase('a', 'b'),
    ).toBeNull();
  });
});

/** Answers from the definitions, by sets. */
function byDefinition(commits: HistoryCommit[]) {
  const parents = new Map(
    commits.map(({ id, parents }) => [id, parents.filter((p) => commits.some((c) => c.id === p))]),
  );
  const reached = new Map<string, Set<string>>();
  for (const { id } of [...commits].reverse()) {
    reached.set(id, new Set([id, ...(parents.get(id) ?? []).flatMap((parent) => [...(reached.get(parent) ?? [])])]));
  }
  const of = (id: string) => reached.get(id) ?? new Set<string>();
  const without = (tip: string | readonly string[], below: string[]) => {
    const tips = typeof tip === 'string' ? [tip] : tip;
    const isOf = (id: string, some: readonly string[]) => some.some((one) => of(one).has(id));
    return commits.map(({ id }) => id).filter((id) => isOf(id, tips) && !isOf(id, below));
  };
  return {
    isAncestor: (ancestor: string, commit: string) => of(commit).has(ancestor),
    whoHas: (commit: string) => (tip: string) => of(tip).has(commit),
    ownCommits: without,
    newestOwn: (tip: string, below: string, isIt: (id: string) => boolean) => without(tip, [below]).find(isIt) ?? null,
    aheadBehind: (a: string, b: string) => ({ ahead: without(a, [b]).length, behind: without(b, [a]).length }),
    mergeBase: (a: string, b: string) => commits.find(({ id }) => of(a).has(id) && of(b).has(id))?.id ?? null,
    onlyMergeBase(a: string, b: string) {
      const common = commits.flatMap(({ id }) => (of(a).has(id) && of(b).has(id) ? [id] : []));
      const best = common.filter((id) => !common.some((other) => other !== id && of(other).has(id)));
      return best.length === 1 ? (best[0] ?? null) : null;
    },
    isOnFirstParentLine(commit: string, tip: string) {
      let at: string | undefined = tip;
      while (at !== undefined && at !== commit) at = parents.get(at)?.[0];
      return at === commit && parents.has(commit);
    },
  };
}

describe('History on any graph', () => {
  /** Commits of which `merges` of 10 are merges, of near or far ancestors; some stand on nothing. */
  function graph(random: (below: number) => number, size: number, merges: number): HistoryCommit[] {
    const commits: HistoryCommit[] = [];
    for (let i = 0; i < size; i += 1) {
      const older = () => {
        const back = 1 + random(random(3) === 0 ? size : 4);
        return back > i ? [] : [`c${i - back}`];
      };
      const parents = random(20) === 0 ? [] : [...older(), ...(random(10) < merges ? [...older(), ...older()] : [])];
      commits.push({ id: `c${i}`, parents: [...new Set(parents)] });
    }
    return commits.reverse();
  }

  const graphs = [1, 2, 3, 4, 5, 6].flatMap((seed) => [
    { seed, how: 'whole' },
    { seed, how: 'on top of what one of its commits reaches' },
  ]);

  test.each(graphs)(
    'answers as the definitions do, however often one commit is asked about: graph $seed, $how',
    ({ seed, how }) => {
      let state = seed;
      const random = (below: number) => {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0;
        return (state >>> 8) % below;
      };
      const all = graph(random, 80, seed % 4);
      const middle = byDefinition(all).ownCommits(all[20]?.id ?? '', []);
      const below = how === 'whole' ? [] : all.filter(({ id }) => middle.includes(id));
      const above = all.filter((one) => !below.includes(one));
      const commits = [...above, ...below];
      const asked = new History(how === 'whole' ? commits : CommitGraph.of(above, CommitGraph.of(below)));
      const expected = byDefinition(commits);
      const any = () => commits[random(commits.length)]?.id ?? '';
      const few = [any(), any(), any()];
      // More commits are asked about often than are noted at once; one is not in the part.
      const often = () => (random(30) === 0 ? 'elsewhere' : random(2) === 0 ? (few[random(3)] ?? '') : any());
      for (let i = 0; i < 4000; i += 1) {
        const [a, b, c] = [often(), often(), often()];
        const say = (history: ReturnType<typeof byDefinition>) => ({
          isAncestor: history.isAncestor(a, b),
          mergeBase: history.mergeBase(a, b),
          onlyMergeBase: history.onlyMergeBase(a, b),
          ownCommits: history.ownCommits(a, [b, c]),
          own: history.ownCommits(b, [c]),
          ofBoth: history.ownCommits([a, b], [c]),
          whoHas: history.whoHas(a)(b),
          newestOwn: history.newestOwn(a, b, (id) => id.endsWith('7') || id === c),
          ...(commits.some(({ id }) => id === a) ? { distance: history.aheadBehind(a, b) } : {}),
          isOnFirstParentLine: history.isOnFirstParentLine(a, b),
        });
        expect(say(asked), `${a} ${b} ${c}`).toEqual(say(expected));
      }
    },
  );

  test('what was noted of a part is there for all that lies on top of it, and what one has of its own for no other', async () => {
    const trunk = await CommitGraph.inTurns(
      Array.from({ length: 3000 }, (_, i) => ({ id: `t${i}`, parents: [`t${i + 1}`] })),
    );
    const on = (name: string) => CommitGraph.of([{ id: name, parents: ['t2999'] }], trunk);
    const [one, other] = [on('one'), on('other')];
    const at = trunk.positionOf('t0') ?? Number.NaN;
    for (let times = 0; times < 2; times += 1) {
      expect(new History(one).aheadBehind('one', 't0')).toEqual({ ahead: 1, behind: 2999 });
    }
    const noted = one.reachOf(at);
    expect(noted?.size).toBe(3000);
    expect(other.reachOf(at)).toBe(noted);
    expect(new History(other).aheadBehind('other', 't0')).toEqual({ ahead: 1, behind: 2999 });
    expect([other.positionOf('one'), new History(other).has('one')]).toEqual([undefined, false]);
    expect(one.idAt(one.positionOf('one') ?? Number.NaN)).toBe('one');
    expect(other.idAt(one.positionOf('one') ?? Number.NaN)).toBe('other');
  });

  test('the time for all branches grows with the branches, not with their distance from trunk', () => {
    const time = (count: number) => {
      const commits: HistoryCommit[] = [];
      for (let i = 0; i < count; i += 1) commits.push({ id: `b${i}`, parents: [`t${i}`] });
      for (let i = 0; i <= count; i += 1) commits.push({ id: `t${i}`, parents: [`t${i + 1}`] });
      const history = new History(commits);
      const start = process.cpuUsage();
      let sum = 0;
      for (let i = 0; i < count; i += 1) {
        sum += history.aheadBehind(`b${i}`, 't0').behind + history.ownCommits(`b${i}`, ['t0', `t${i}`]).length;
        sum += Number(history.isAncestor(`t${i}`, 't0')) + Number(history.mergeBase(`b${i}`, 't0') === `t${i}`);
      }
      expect(sum).toBe((count * (count - 1)) / 2 + 3 * count);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    time(2000);
    // Eight times as many, with room for the garbage collector; walks to trunk would make it 64.
    expect(time(32_000) / time(4000)).toBeLessThan(8 * 3);
  });
});
