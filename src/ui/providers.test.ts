import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, it, vi } from 'vitest';
import type { Api } from './api';
import { Providers, useApi } from './providers';

afterEach(() => vi.unstubAllGlobals());

function Page({ drawn }: { drawn: Api[] }) {
  drawn.push(useApi());
  return null;
}

/** The API that a page gets which is drawn from nothing. */
function drawnFor(): Api | undefined {
  const drawn: Api[] = [];
  renderToStaticMarkup(createElement(Providers, null, createElement(Page, { drawn })));
  return drawn[0];
}

it('a render that a browser gives up leaves nothing behind: the next one goes on with what it has made', () => {
  vi.stubGlobal('window', {});
  const first = drawnFor();
  expect(first).toBeDefined();
  expect(drawnFor()).toBe(first);
});

it('the server shares nothing between the pages that it draws', () => {
  expect(drawnFor()).not.toBe(drawnFor());
});
