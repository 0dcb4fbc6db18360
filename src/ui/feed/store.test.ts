import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { FeedEvent, FeedMessage } from '@/feed/events';
import { branchRow, jobRow } from '../testing/rows';
import { fedQuery } from './contract';
import { FeedStore } from './store';

const now = '2026-01-01T00:00:00.000Z';

/** The event that makes a branch's tip `tip`. */
function tip(seq: number, name: string, tip: string): FeedEvent {
  return { seq, at: now, repoId: 'repo', type: 'branches', op: 'upsert', row: branchRow(name, { tip }) };
}

function changes(...events: FeedEvent[]): FeedMessage {
  return { kind: 'changes', events, cursor: events.at(-1)?.seq ?? 0, now };
}

/** What the page of these tests shows: the tips of one repo's branches. */
interface Tips {
  tips: Record<string, string>;
  cursor: number;
}

function snapshot(cursor: number, tips: Record<string, string>): Tips {
  return { tips, cursor };
}

function mergeTips(shown: Tips, events: FeedEvent[]): Tips {
  let { tips } = shown;
  for (const event of events) {
    if (event.repoId === 'repo' && event.type === 'branches' && event.op === 'upsert')
      tips = { ...tips, [event.row.name]: event.row.tip };
  }
  return tips === shown.tips ? shown : { ...shown, tips };
}

/** A store over a cache whose view is answered by hand, as a server would after any delay. */
function page() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const store = new FeedStore(client);
  store.watch();
  const asked: Array<(data: Tips) => void> = [];
  const query = fedQuery<Tips>({
    key: ['tips'],
    load: () => new Promise((resolve) => asked.push(resolve)),
    merge: mergeTips,
  });
  const observer = new QueryObserver(client, query);
  const drawn: Tips[] = [];
  observer.subscribe(({ data }) => {
    if (data && data !== drawn.at(-1)) drawn.push(data);
  });
  const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    store,
    drawn,
    questions: () => asked.length,
    async answer(data: Tips) {
      asked.at(-1)?.(data);
      await settled();
    },
    tips: () => client.getQueryData(query.queryKey)?.tips,
  };
}

describe('the feed in the browser', () => {
  it('merges what happens after the snapshot, and asks for nothing again', async () => {
    const { store, answer, tips, questions } = page();
    await answer(snapshot(10, { a: '1' }));
    expect(store.position).toBe(10);
    store.receive({ from: 10, message: changes(tip(11, 'b', '1'), tip(12, 'a', '2')) });
    expect(tips()).toEqual({ a: '2', b: '1' });
    expect(questions()).toBe(1);
  });

  it('merges events that came while the answer was under way', async () => {
    const { store, answer, tips } = page();
    store.receive({ from: 10, message: changes(tip(11, 'a', '2'), tip(12, 'a', '3')) });
    await answer(snapshot(10, { a: '1' }));
    expect(tips()).toEqual({ a: '3' });
  });

  it('never puts an older row over a newer snapshot', async () => {
    const { store, answer, tips, drawn } = page();
    store.receive({ from: 10, message: changes(tip(11, 'a', '2')) });
    await answer(snapshot(13, { a: '4' }));
    store.receive({ from: 11, message: changes(tip(12, 'a', '3'), tip(13, 'a', '4'), tip(14, 'b', '1')) });
    expect(tips()).toEqual({ a: '4', b: '1' });
    expect(drawn.map((each) => each.tips.a)).toEqual(['4', '4']);
  });

  it('takes a message that comes twice, or in part twice, once', async () => {
    const { store, answer, tips, drawn } = page();
    await answer(snapshot(10, {}));
    store.receive({ from: 10, message: changes(tip(11, 'a', '1')) });
    store.receive({ from: 10, message: changes(tip(11, 'a', '1')) });
    store.receive({ from: 10, message: changes(tip(11, 'a', '1'), tip(12, 'a', '2')) });
    expect(tips()).toEqual({ a: '2' });
    expect(drawn).toHaveLength(3);
  });

  it('loads everything anew when events are missing between what it knows and a message', async () => {
    const { store, answer, tips, questions } = page();
    await answer(snapshot(10, { a: '1' }));
    store.receive({ from: 15, message: changes(tip(16, 'b', '1')) });
    expect(questions()).toBe(2);
    await answer(snapshot(17, { a: '5', b: '1' }));
    store.receive({ from: 16, message: changes(tip(17, 'a', '5'), tip(18, 'a', '6')) });
    expect(tips()).toEqual({ a: '6', b: '1' });
  });

  it('loads everything anew when the server says so, even with a cursor that lies behind', async () => {
    const { store, answer, tips, questions } = page();
    await answer(snapshot(900, { a: '1' }));
    store.receive({ from: 900, message: { kind: 'start_over', cursor: 3, now } });
    expect(questions()).toBe(2);
    await answer(snapshot(3, { z: '1' }));
    store.receive({ from: 3, message: changes(tip(4, 'z', '2')) });
    expect(tips()).toEqual({ z: '2' });
  });

  it('draws nothing again for what is not on the page', async () => {
    const { store, answer, drawn } = page();
    await answer(snapshot(10, { a: '1' }));
    const elsewhere: FeedEvent = {
      seq: 11,
      at: now,
      repoId: 'other',
      type: 'jobs',
      op: 'upsert',
      row: jobRow(1, { repoId: 'other' }),
    };
    store.receive({ from: 10, message: changes(elsewhere) });
    expect(drawn).toHaveLength(1);
  });

  it('leaves alone what is loaded by a query without a view', async () => {
    const client = new QueryClient();
    const store = new FeedStore(client);
    store.watch();
    await client.fetchQuery({ queryKey: ['status'], queryFn: async () => ({ cursor: 10 }) });
    expect(store.position).toBeNull();
    store.receive({ from: 10, message: changes(tip(11, 'a', '1')) });
    expect(client.getQueryData(['status'])).toEqual({ cursor: 10 });
  });

  it('knows the time of the server', async () => {
    const { store } = page();
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    store.receive({ from: 0, message: { ...changes(tip(1, 'a', '1')), now: ahead } });
    expect(Math.round(store.clockOffset / 60_000)).toBe(60);
  });
});
