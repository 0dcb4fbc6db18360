import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { findFirefox } from '../../../scripts/browser';
import { expect, test as shopTest } from './test';

/** Long enough for a job on a busy machine. */
const LATER = { timeout: 30_000 };

export const firefox = await findFirefox();

/**
 * The suite's `test` with windows of a Firefox. Playwright drives none but its own build of it; this is the one that
 * people have, driven by WebDriver BiDi.
 */
export const test = shopTest.extend<{ open: (url: string) => Promise<FirefoxPage> }, { browserOfPeople: Browser }>({
  browserOfPeople: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      if ('missing' in firefox) throw new Error(firefox.tried.join('\n'));
      const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox.program, headless: true });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  /** Opens one more window of one person, and waits until it follows the feed. No window may tell of an error. */
  open: async ({ browserOfPeople }, use) => {
    const context: BrowserContext = await browserOfPeople.createBrowserContext();
    const errors: string[] = [];
    await use(async (url) => {
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(String(error)));
      await page.setViewport({ width: 1440, height: 900 });
      await page.goto(url);
      const opened = new FirefoxPage(page);
      await opened.sees('header', /live$/m);
      return opened;
    });
    await context.close();
    expect(errors).toEqual([]);
  },
});

export { expect };

/** What a person does at a window of Firefox, and sees there. */
export class FirefoxPage {
  constructor(readonly page: Page) {}

  /** The words that are to be seen of what a selector finds, one line each. */
  private text(selector: string): Promise<string> {
    return this.page.$$eval(selector, (found) =>
      found
        .filter((each) => each.checkVisibility())
        .map((each) => each.textContent)
        .join('\n'),
    );
  }

  async sees(selector: string, words: RegExp): Promise<void> {
    await expect.poll(() => this.text(selector), LATER).toMatch(words);
  }

  async seesNo(selector: string, words: RegExp): Promise<void> {
    await expect.poll(() => this.text(selector), LATER).not.toMatch(words);
  }

  async press(...keys: Parameters<Page['keyboard']['press']>[0][]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Presses what a selector finds with these words, by key, as soon as it is there. */
  async activate(selector: string, words: RegExp): Promise<void> {
    await this.sees(selector, words);
    for (const each of await this.page.$$(selector)) {
      if (!words.test((await each.evaluate(({ textContent }) => textContent)) ?? '')) continue;
      // Keys go to the window in front.
      await this.page.bringToFront();
      await each.focus();
      return this.press('Enter');
    }
    throw new Error(`Nothing of ${selector} says ${words} any more.`);
  }

  /** Waits until the tree has the keys. */
  async treeHasFocus(): Promise<void> {
    await expect
      .poll(() => this.page.evaluate(() => document.activeElement?.getAttribute('role')), LATER)
      .toBe('treegrid');
  }

  /** Goes down the tree by j until a branch's row is the one that keys act on. */
  async goTo(branch: string): Promise<void> {
    const active = () =>
      this.page.$eval('[role=treegrid]', (tree) => {
        const id = tree.getAttribute('aria-activedescendant');
        return { id, branch: id === null ? null : document.getElementById(id)?.getAttribute('data-branch') };
      });
    await this.press('Home');
    await expect.poll(async () => (await active()).id).not.toBeNull();
    for (let at = await active(); at.branch !== branch; at = await active()) {
      await this.press('j');
      await expect.poll(async () => (await active()).id).not.toBe(at.id);
    }
  }

  async isNoWiderThan(width: number): Promise<void> {
    await this.page.setViewport({ width, height: 800 });
    await expect.poll(() => this.page.evaluate(() => window.innerWidth)).toBe(width);
    const beyond = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    expect(await this.page.evaluate(beyond)).toBe(0);
  }
}
