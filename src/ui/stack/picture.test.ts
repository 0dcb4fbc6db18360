import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { branchStates } from '@/repos/branch-state';
import { Providers } from '../providers';
import { branchRow } from '../testing/rows';
import type { StackView } from './filter';
import type { Folds } from './groups/groups';
import { requestName } from './move/pending';
import { type Picture, stepTo, usePicture } from './picture';

const branches = [branchRow('a'), branchRow('b', { parent: 'a' }), branchRow('c')];
const states = branchStates({ rows: branches, trunk: 'main', restack: null });
const all: StackView = { filter: 'all', search: '', sort: 'name' };

type Args = Parameters<typeof usePicture>;

function Page({ args, drawn }: { args: Args; drawn: Picture[] }) {
  drawn.push(usePicture(...args));
  return null;
}

/** What the hook gives a page that is drawn once. */
function picture(view: StackView, sent: Args[1] = new Map(), folds: Folds = new Map()): Picture {
  const drawn: Picture[] = [];
  renderToStaticMarkup(
    createElement(
      Providers,
      null,
      createElement(Page, { args: [{ branches, jobs: [], states }, sent, view, 'main', folds], drawn }),
    ),
  );
  const [only] = drawn;
  if (!only) throw new Error('Nothing was drawn.');
  return only;
}
const names = ({ wanted }: Picture) =>
  wanted.flatMap(({ branch, ghost }) => branch?.name ?? (ghost ? `ghost of ${ghost}` : []));

describe('the picture', () => {
  it('shows every branch, and of a folded stack its head alone', () => {
    const whole = picture(all);
    expect(names(whole)).toEqual(['a', 'b', 'c']);
    const head = whole.wanted.find((entry) => entry.head?.branches.includes('a'));
    expect(names(picture(all, new Map(), new Map([[head?.name ?? '', true]])))).toEqual(['c']);
  });

  it('shows what is looked for whether it is folded or not, with what it stands on', () => {
    const head = picture(all).wanted.find((entry) => entry.head?.branches.includes('a'));
    const found = picture({ ...all, search: 'b' }, new Map(), new Map([[head?.name ?? '', true]]));
    expect(names(found)).toEqual(['a', 'b']);
    expect(found.filtered.kept).toBe(1);
  });

  it('shows a branch that is about to move at its new place, and a ghost at its old one', () => {
    const sent = new Map([
      ['b', { name: requestName('reparent_branch', 'c'), key: 'k', waiting: true, jobId: null, problem: null }],
    ]);
    const moving = picture(all, sent);
    expect([...moving.moves]).toEqual([['b', 'c']]);
    expect(names(moving)).toEqual(['a', 'ghost of b', 'c', 'b']);
    expect(moving.whole).toEqual(picture(all).whole);
  });
});

describe('the address', () => {
  const at = (search: string) => ({ pathname: '/repos/1', search });

  it('of another filter is a step that Back takes again; what is typed is none', () => {
    expect(stepTo({ ...all, filter: 'conflicts' }, at(''))).toEqual({ address: '?filter=conflicts', isStep: true });
    expect(stepTo({ ...all, filter: 'conflicts', search: 'pay' }, at('?filter=conflicts&q=pa'))).toEqual({
      address: '?filter=conflicts&q=pay',
      isStep: false,
    });
  });

  it('keeps what else the page was asked for, and is the bare path where nothing is left', () => {
    expect(stepTo({ ...all, search: 'x' }, at('?open=a&q=y')).address).toBe('?open=a&q=x');
    expect(stepTo(all, at('?filter=conflicts&q=y'))).toEqual({ address: '/repos/1', isStep: true });
  });
});
