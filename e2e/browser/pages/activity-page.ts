import { expect, type Locator, type Page } from '@playwright/test';
import type { Status } from './repo-page';

/** A repo's history in the words of a person who reads it. */
export class ActivityPage {
  constructor(readonly page: Page) {}

  async goto(repoId: string, query = ''): Promise<void> {
    await this.page.goto(`/repos/${repoId}/activity${query}`);
    await expect(this.page.getByRole('heading', { name: 'Today' })).toBeVisible();
  }

  async choose(filter: 'What' | 'How it ended', words: string): Promise<void> {
    await this.page.getByLabel(filter, { exact: true }).selectOption({ label: words });
  }

  async type(filter: 'Branch' | 'Asked by', text: string): Promise<void> {
    await this.page.getByLabel(filter).fill(text);
    await this.page.getByLabel(filter).press('Enter');
  }

  get entries(): Locator {
    return this.page.locator('[data-entry]');
  }

  job(seq: number): Locator {
    return this.page.locator(`[data-entry="${seq}"]`);
  }

  async isOnly(...entries: RegExp[]): Promise<void> {
    await expect(this.entries).toHaveText(entries);
  }

  async is(seq: number, status: Status): Promise<void> {
    await expect(this.job(seq)).toHaveAttribute('data-status', status, { timeout: 30_000 });
  }
}
