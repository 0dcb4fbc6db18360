import { expect, type Locator, type Page } from '@playwright/test';
import type { DemoRemote } from '@/demo/demo-remote';

export type Status = 'queued' | 'running' | 'completed' | 'error' | 'cancelled' | 'waiting';

/** Long enough for a job on a busy machine. */
const JOB = { timeout: 30_000 };

/** A repo's page in the words of a person who looks at it. */
export class RepoPage {
  constructor(readonly page: Page) {}

  async goto(repoId: string): Promise<void> {
    await this.page.goto(`/repos/${repoId}`);
    await this.connected();
  }

  /** Waits until the page follows the feed. */
  async connected(): Promise<void> {
    await expect(this.page.getByRole('banner').getByText('live', { exact: true })).toBeVisible(JOB);
  }

  get id(): string {
    return new URL(this.page.url()).pathname.split('/').at(-1) ?? '';
  }

  button(label: string): Locator {
    return this.page
      .getByRole('banner')
      .or(this.page.locator('main header'))
      .getByRole('button', { name: new RegExp(`^${label}`) });
  }

  get tree(): Locator {
    return this.page.getByRole('treegrid', { name: 'Branches' });
  }

  filter(name: string): Locator {
    return this.page.getByRole('group', { name: 'Filter' }).getByRole('button', { name: new RegExp(`^${name}`) });
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Find a branch' });
  }

  /** The branch that the tree's keys act on. */
  async active(): Promise<string | null> {
    const id = await this.tree.getAttribute('aria-activedescendant');
    return this.tree.locator(`[id="${id}"]`).getAttribute('data-branch');
  }

  /** Goes to a branch by j or k, in the tree that has the focus. */
  async goTo(branch: string): Promise<void> {
    const at = () => this.tree.getAttribute('aria-activedescendant');
    // The first key shows where one is; a filter that has just been chosen may take that row away.
    await expect(async () => {
      if ((await at()) === null) await this.page.keyboard.press('j');
      expect(await at()).not.toBeNull();
    }).toPass();
    const indexOf = async (row: Locator) => Number(await row.getAttribute('aria-rowindex'));
    // Step by step: which rows a key passes over is the tree's affair. Rows may come while one is on the way.
    for (;;) {
      const id = await at();
      const by = (await indexOf(this.branch(branch).row)) - (await indexOf(this.tree.locator(`[id="${id}"]`)));
      if (by === 0) break;
      await this.page.keyboard.press(by > 0 ? 'j' : 'k');
      await expect.poll(at).not.toBe(id);
    }
    await expect.poll(() => this.active()).toBe(branch);
  }

  /** Whether a branch's row comes after another one's. */
  async isBelow(branch: string, other: string): Promise<boolean> {
    const names = await this.branches();
    return names.indexOf(branch) > names.indexOf(other);
  }

  branch(name: string): BranchRow {
    return new BranchRow(this.page, this.tree.locator(`[data-branch="${name}"]`));
  }

  /** Presses the head of a group that is folded. */
  async unfold(title: string): Promise<void> {
    const head = this.tree.locator('[data-head][aria-expanded=false]').filter({ hasText: title });
    await head.getByText(title, { exact: true }).click();
  }

  /** The names of the branches from top to bottom, the trunk first. */
  branches(): Promise<string[]> {
    return this.tree
      .locator('[role=row][data-branch]')
      .evaluateAll((rows) =>
        rows
          .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((row) => row.getAttribute('data-branch') ?? ''),
      );
  }

  /** Does what asks for a job and returns the job that came of it. */
  async jobOf(act: () => Promise<void>): Promise<JobCard> {
    const cards = this.page.locator('[data-job]');
    // A repo has a job from its first moment on; without it here, an old one would be taken for the new one.
    await expect(cards.first()).toBeAttached(JOB);
    const before = (await cards.first().getAttribute('data-job')) ?? '';
    await act();
    // Under the pointer the list holds still.
    const waits = this.page.getByRole('button', { name: /^\d+ new jobs?, show$/ });
    await expect(async () => {
      if (await waits.isVisible()) await waits.click({ timeout: 500 });
      await expect(cards.first()).not.toHaveAttribute('data-job', before, { timeout: 100 });
    }).toPass(JOB);
    return this.job(Number(await cards.first().getAttribute('data-job')));
  }

  job(seq: number): JobCard {
    return new JobCard(this.page.locator(`[data-job="${seq}"]`), seq);
  }

  /** Presses one of the header's buttons and waits until its job has completed. */
  async run(label: string): Promise<JobCard> {
    const job = await this.jobOf(() => this.button(label).click());
    await job.is('completed');
    return job;
  }

  /** Lets a shop's team go on, and looks at what it has done. */
  async syncAfterTeam({ teamGoesOn }: Pick<DemoRemote, 'teamGoesOn'>): Promise<JobCard> {
    await teamGoesOn();
    return this.run('Sync');
  }

  /** Presses the header's Restack, once a sync has seen what there is to move. */
  async startRestackAll(): Promise<JobCard> {
    const restack = this.button('Restack \\d');
    if (await restack.isHidden()) await this.run('Sync');
    return this.jobOf(async () => {
      await restack.click(JOB);
      // Asked first where many move, or an approval may be dismissed.
      if ((await restack.getAttribute('aria-expanded')) === 'true')
        await this.page.getByRole('button', { name: /^Yes, restack/ }).click();
    });
  }

  /** The same, until that has completed. */
  async restackAll(): Promise<JobCard> {
    const job = await this.startRestackAll();
    await job.is('completed');
    return job;
  }

  /** The bar over branches that nobody tracks yet. */
  get suggested(): Locator {
    return this.page.getByRole('region', { name: 'Suggested' });
  }

  get reviewSuggested(): Locator {
    return this.suggested.getByRole('button', { name: 'Review' });
  }

  /** Registers every suggestion, by way of the preview, and waits until that has completed. */
  async registerAll(): Promise<JobCard> {
    await this.reviewSuggested.click();
    const job = await this.jobOf(() =>
      this.page
        .getByRole('dialog', { name: 'Register these stacks?' })
        .getByRole('button', { name: /^Register \d+ branch/ })
        .click(),
    );
    await job.is('completed');
    return job;
  }

  /** The form for a new task; `newTask` opens it. */
  get taskForm(): Locator {
    return this.page.getByRole('form', { name: 'New task' });
  }

  async newTask(title: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'New task' }).click();
    await this.taskForm.getByLabel('Title').fill(title);
    return this.taskForm;
  }

  async createTask(title: string, branch: string): Promise<TaskCard> {
    const form = await this.newTask(title);
    const field = form.getByRole('combobox', { name: 'Branch' });
    await field.fill(branch);
    await field.press('Tab');
    await form.getByRole('button', { name: 'Create task' }).click();
    return this.task(title);
  }

  task(title: string): TaskCard {
    return new TaskCard(this.page.locator(`[data-task="${title}"]`));
  }
}

export class BranchRow {
  constructor(
    private readonly page: Page,
    readonly row: Locator,
  ) {}

  /** The row's main button, whatever it says now. */
  button(label: 'Restack' | 'Register' | 'Accept'): Locator {
    return this.row.getByRole('button', { name: new RegExp(`^${label}`) });
  }

  async says(words: string | RegExp): Promise<void> {
    await expect(this.row).toContainText(words, JOB);
  }

  async choose(item: string): Promise<void> {
    await this.row.getByRole('button', { name: /^More for/ }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Begins to drag it and holds it over another branch's row; `page.mouse.up` drops it. */
  async dragOver(branch: string): Promise<void> {
    await this.row.getByText(/\w/).first().hover();
    await this.page.mouse.down();
    await this.goOver(branch);
  }

  /** Holds what is dragged over a row. */
  async goOver(branch: string): Promise<void> {
    const box = await this.page.locator(`[role=row][data-branch="${branch}"]`).boundingBox();
    if (!box) throw new Error(`${branch} is not on the screen.`);
    const { x, y, height } = box;
    // A browser tells of a drag as the pointer moves.
    await this.page.mouse.move(x + 120, y + height / 2 - 2);
    await this.page.mouse.move(x + 124, y + height / 2, { steps: 3 });
  }

  /** Picks a branch in the dialog that is open, by typing its end and pointing at it, and confirms. */
  async pick(branch: string, confirm: RegExp): Promise<void> {
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('Branch').fill(branch.slice(2));
    await dialog.getByRole('option', { name: branch, exact: true }).click();
    await dialog.getByRole('button', { name: confirm }).click();
    await expect(dialog).toBeHidden();
  }
}

export class JobCard {
  constructor(
    readonly card: Locator,
    readonly seq: number,
  ) {}

  async is(status: Status): Promise<void> {
    await expect(this.card).toHaveAttribute('data-status', status, JOB);
  }

  async says(words: string | RegExp): Promise<void> {
    await expect(this.card).toContainText(words, JOB);
  }

  async open(): Promise<void> {
    await this.card.getByRole('link').first().click();
  }
}

export class TaskCard {
  constructor(readonly card: Locator) {}

  /** What it stands on, the trunk first. */
  place(): Promise<string[]> {
    return this.card
      .getByRole('list', { name: 'Place in the stack' })
      .getByRole('listitem')
      .evaluateAll((items) => items.map((item) => item.firstChild?.textContent ?? ''));
  }

  async is(status: Status): Promise<void> {
    await expect(this.card).toHaveAttribute('data-status', status, JOB);
  }

  async says(words: string | RegExp): Promise<void> {
    await expect(this.card).toContainText(words, JOB);
  }
}
